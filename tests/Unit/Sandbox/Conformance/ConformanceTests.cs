using BillingCopilot.Sandbox;
using BillingCopilot.Sandbox.Endpoints;
using BillingCopilot.Sandbox.Http;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.SandboxTests.Conformance;

/// <summary>Every route answers what Stripe.net expects of it. The routes themselves are the list.</summary>
public sealed class ConformanceTests
{
    [Fact]
    public async Task EveryRoute_CalledByStripesClient_AnswersItsEntity()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        using var scene = await PlayAsync(sandbox);

        StripeDocs.Count.ShouldBeGreaterThan(1000);
        scene.Faults.Distinct().ShouldBeEmpty(string.Join('\n', scene.Faults.Distinct()));
        var router = Routes();
        var called = scene.Recorder.Exchanges.Where(e => e.Status == 200)
            .Select(e => router.Find(e.Method, e.Path)!.Value.Operation)
            .Select(Name).ToHashSet();
        router.Operations.Select(Name).Except(called).ShouldBeEmpty();
    }

    [Fact]
    public void Shape_OfAWrongAnswer_IsNamed()
    {
        var invoice = Newtonsoft.Json.Linq.JObject.Parse(
            """{"object":"invoice","charge":"ch_1","attempted":"yes","status":"paid out","created":null,"lines":{"data":[{"amount":"12"}]}}""");

        Shape.Faults(invoice, typeof(Stripe.Invoice)).Select(f => f.Split(':')[0]).ShouldBe(
            ["Invoice.charge", "Invoice.attempted", "Invoice.status", "Invoice.created", "Invoice.lines.data[].amount"]);
    }

    internal static async Task<Scene> PlayAsync(SandboxFixture sandbox)
    {
        var scene = new Scene(sandbox, SandboxKeys.Admin);
        await Calls.CatalogAsync(scene);
        await Calls.CustomersAsync(scene);
        await Calls.PaymentsAsync(scene);
        await Calls.ConnectAsync(scene);
        await Calls.InvoicesAsync(scene);
        await Calls.SubscriptionsAsync(scene);
        await Calls.UsageAsync(scene);
        await Calls.PlatformAsync(scene);
        return scene;
    }

    internal static Router Routes()
    {
        var router = new Router();
        AllEndpoints.Map(router);
        return router;
    }

    internal static string Name(Operation operation) => $"{operation.Method} {operation.Template}";
}
