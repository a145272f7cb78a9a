using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using BillingCopilot.Bot.Cli.Eval;
using BillingCopilot.Flows.Support;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Storage;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace BillingCopilot.Flows;

public sealed class WebhookFlow
{
    [Fact]
    public async Task PaymentFailed_Signed_WakesCollectionsWhichProposesAMail()
    {
        await using var copilot = await Copilot.StartAsync();
        var failed = copilot.Truth["failed_invoices"]![0]!;

        var emitted = await copilot.Sandbox.EmitAsync("invoice.payment_failed", (string)failed["invoice"]!, CancellationToken.None);
        var answer = await EventTask.WaitAsync(copilot.Stage.Host.Services, copilot.Stage.Host.Tenants.Default.Context, (string)emitted["id"]!, CancellationToken.None);

        answer!.Agent.ShouldBe("collections");
        answer.Proposals.Single().Operation.ShouldBe("send_dunning_email");
        answer.Proposals.Single().Status.ShouldBe(ProposalStatus.Pending);
        FinalMails(copilot).ShouldBeEmpty();
    }

    [Fact]
    public async Task SameEventId_DeliveredTwice_IsStoredOnce()
    {
        await using var copilot = await Copilot.StartAsync();
        var body = Event(copilot, "evt_1SandboxTwiceDelivered00");

        var first = await PostAsync(copilot, body, Header(copilot, body));
        var second = await PostAsync(copilot, body, Header(copilot, body));

        ((bool?)(await first.JsonAsync())["duplicate"]).ShouldBe(false);
        ((bool?)(await second.JsonAsync())["duplicate"]).ShouldBe(true);
        (await StoredAsync(copilot)).ShouldBe(1);
    }

    [Fact]
    public async Task RotatedSecret_EitherSignature_IsTaken()
    {
        await using var copilot = await Copilot.StartAsync();
        copilot.Stage.Host.Settings.Stripe.WebhookSecrets.Insert(0, "whsec_newer");
        var body = Event(copilot, "evt_1SandboxRotatedSecret000");

        var answer = await PostAsync(copilot, body, Sign(body, "whsec_newer", TimeProvider.System.GetUtcNow()));

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    public static TheoryData<string> Forgeries => ["none", "empty", "unsigned", "wrong_secret", "old", "future", "other_body"];

    [Theory]
    [MemberData(nameof(Forgeries))]
    public async Task Forgery_IsRefusedAndNothingIsStored(string forgery)
    {
        await using var copilot = await Copilot.StartAsync();
        var body = Event(copilot, "evt_1SandboxForged0000000000");
        var secret = copilot.Stage.Host.Settings.Stripe.WebhookSecrets[^1];
        var now = TimeProvider.System.GetUtcNow();
        var header = forgery switch
        {
            "none" => null,
            "empty" => "",
            "unsigned" => $"t={now.ToUnixTimeSeconds()}",
            "wrong_secret" => Sign(body, "whsec_wrong", now),
            "old" => Sign(body, secret, now.AddSeconds(-301)),
            "future" => Sign(body, secret, now.AddSeconds(400)),
            _ => Sign(body + " ", secret, now),
        };

        var answer = await PostAsync(copilot, body, header);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await StoredAsync(copilot)).ShouldBe(0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task BodyOverOneMegabyte_Is413(bool lengthKnown)
    {
        await using var copilot = await Copilot.StartAsync();
        using var http = copilot.As(null);
        var bytes = new byte[(1024 * 1024) + 1];
        HttpContent content = lengthKnown ? new ByteArrayContent(bytes) : new StreamContent(new MemoryStream(bytes));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/webhooks/stripe") { Content = content };
        request.Headers.TransferEncodingChunked = !lengthKnown;

        using var answer = await http.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await StoredAsync(copilot)).ShouldBe(0);
    }

    [Fact]
    public async Task LockedDatabase_Is503UntilItIsFree_AndThenTheEventIsTaken()
    {
        await using var copilot = await Copilot.StartAsync();
        var body = Event(copilot, "evt_locked");
        await using (var other = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={copilot.Stage.Host.Settings.Database.Path}"))
        {
            await other.OpenAsync();
            await using var hold = other.BeginTransaction(deferred: false);
            using var refused = await PostAsync(copilot, body, Header(copilot, body));
            refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            ((string?)(await refused.JsonAsync())["error"]!["code"]).ShouldBe("not_stored");
        }

        using var taken = await PostAsync(copilot, body, Header(copilot, body));
        taken.StatusCode.ShouldBe(HttpStatusCode.OK);
        ((bool?)(await taken.JsonAsync())["duplicate"]).ShouldBe(false);
        (await StoredAsync(copilot)).ShouldBe(1);
    }

    private static string Event(Copilot copilot, string id) => new JsonObject
    {
        ["id"] = id,
        ["object"] = "event",
        ["api_version"] = null,
        ["created"] = 1793610000,
        ["livemode"] = false,
        ["type"] = "customer.updated",
        ["data"] = new JsonObject { ["object"] = new JsonObject { ["id"] = (string?)copilot.OpenRise["customer"], ["object"] = "customer" } },
    }.ToJsonString();

    private static string Header(Copilot copilot, string body) =>
        Sign(body, copilot.Stage.Host.Settings.Stripe.WebhookSecrets[^1], TimeProvider.System.GetUtcNow());

    private static string Sign(string body, string secret, DateTimeOffset at)
    {
        var t = at.ToUnixTimeSeconds();
        var mac = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{t}.{body}"));
        return $"t={t},v1={Convert.ToHexStringLower(mac)}";
    }

    private static async Task<HttpResponseMessage> PostAsync(Copilot copilot, string body, string? header)
    {
        using var http = copilot.As(null);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/webhooks/stripe") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (header is not null)
        {
            request.Headers.TryAddWithoutValidation("Stripe-Signature", header);
        }

        return await http.SendAsync(request);
    }

    private static async Task<int> StoredAsync(Copilot copilot)
    {
        var services = copilot.Stage.Host.Services;
        await using var db = services.GetRequiredService<CopilotDbFactory>().Open(copilot.Stage.Host.Tenants.Default.Context);
        return await db.Inbox.CountAsync();
    }

    private static string[] FinalMails(Copilot copilot) =>
        Directory.Exists(copilot.Stage.Outbox) ? Directory.GetFiles(copilot.Stage.Outbox) : [];
}
