using System.Text.Json.Nodes;
using BillingCopilot.Flows.Support;
using BillingCopilot.Sandbox;
using Shouldly;
using Xunit;

namespace BillingCopilot.Flows;

/// <summary>The commands of governance, of the tenant that they name.</summary>
public sealed class VerbFlow
{
    [Fact]
    public async Task KillAndAudit_OfANamedTenant_ReachThatOneAlone()
    {
        var folder = Directory.CreateTempSubdirectory("billingcopilot-verbs-").FullName;
        await using var stripe = await SandboxServer.StartAsync(new SandboxOptions { Seed = 1 }, TimeProvider.System);
        var address = stripe.BaseAddress.ToString().TrimEnd('/');
        string[] settings =
        [
            "--Stripe:ApiBase", address, "--Stripe:ReadKey", SandboxKeys.Read, "--Stripe:WriteKey", SandboxKeys.Write,
            "--Tenants:second:Stripe:ApiBase", address, "--Tenants:second:Stripe:ReadKey", SandboxKeys.Read, "--Tenants:second:Stripe:WriteKey", SandboxKeys.Write,
        ];
        Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] verb) => CopilotProcess.RunAsync(folder, [.. verb, .. settings]);

        var stopped = await RunAsync("kill", "stop", "issue_refund", "--reason", "Drill", "--as", "olivia", "--tenant", "second");
        stopped.ExitCode.ShouldBe(0, stopped.Errors);
        var ended = await Task.WhenAll(
            RunAsync("kill", "list", "--tenant", "second"),
            RunAsync("kill", "list"),
            RunAsync("audit", "export", "--tenant", "second"),
            RunAsync("audit", "verify", "--tenant", "nowhere"),
            RunAsync("audit", "prune", "--as", "olivia"));

        var (ours, others, export, unknown) = (ended[0], ended[1], ended[2], ended[3]);
        var one = JsonNode.Parse(ours.Output)!.AsArray().ShouldHaveSingleItem()!;
        ((string?)one["name"], (bool)one["stopped"]!, (string?)one["person"], (string?)one["reason"]).ShouldBe(("issue_refund", true, "olivia", "Drill"));
        JsonNode.Parse(others.Output)!.AsArray().ShouldBeEmpty();
        var lines = export.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonNode.Parse(l)!).ToList();
        lines.ShouldContain(l => (string?)l["kind"] == "switch.stopped" && (string?)l["subject"] == "issue_refund" && (string?)l["actor"] == "olivia");
        lines.Select(l => (string?)l["tenant_id"]).Distinct().ShouldBe(["second"]);
        (unknown.ExitCode, unknown.Errors.Trim()).ShouldBe((2, "--tenant 'nowhere' is unknown. There are: default, second. Others are added under Tenants in the settings."));
        (ended[4].ExitCode, ended[4].Errors.Trim()).ShouldBe((2, "--as 'olivia' is no admin. Only admins read, erase or delete people's words."));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task CrmSet_CustomerStripeDoesNotKnow_IsRefusedAndStoresNothing()
    {
        var folder = Directory.CreateTempSubdirectory("billingcopilot-crm-").FullName;
        await using var stripe = await SandboxServer.StartAsync(new SandboxOptions { Seed = 1 }, TimeProvider.System);
        string[] settings = ["--Stripe:ApiBase", stripe.BaseAddress.ToString().TrimEnd('/'), "--Stripe:ReadKey", SandboxKeys.Read, "--Stripe:WriteKey", SandboxKeys.Write];

        var refused = await CopilotProcess.RunAsync(folder, ["crm", "set", "cus_nobody", "--tier", "key", "--as", "olivia", .. settings]);
        refused.ExitCode.ShouldBe(2, refused.Errors);
        refused.Errors.ShouldStartWith("customer 'cus_nobody': ");
        refused.Output.ShouldNotContain("tier");

        var export = await CopilotProcess.RunAsync(folder, ["audit", "export", .. settings]);
        export.ExitCode.ShouldBe(0, export.Errors);
        export.Output.ShouldNotContain("crm.account_set");
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>A word that begins with @ names a specialist, and no file of words.</summary>
    [Fact]
    public async Task AskAndRoute_OfANamedSpecialist_GoToThatOne()
    {
        var folder = Directory.CreateTempSubdirectory("billingcopilot-at-").FullName;
        await using var stripe = await SandboxServer.StartAsync(new SandboxOptions { Seed = 1 }, TimeProvider.System);
        string[] settings = ["--Stripe:ApiBase", stripe.BaseAddress.ToString().TrimEnd('/'), "--Stripe:ReadKey", SandboxKeys.Read, "--Stripe:WriteKey", SandboxKeys.Write];

        var routed = await CopilotProcess.RunAsync(folder, ["route", "@collections why did the payment fail", "--json", .. settings]);
        var asked = await CopilotProcess.RunAsync(folder, ["ask", "@collections which policies are there on reminders", "--json", .. settings]);

        (routed.ExitCode, asked.ExitCode).ShouldBe((0, 0), routed.Errors + asked.Errors);
        JsonNode.Parse(routed.Output)!["agents"]!.AsArray().Select(a => (string?)a).ShouldBe(["collections"]);
        ((string?)JsonNode.Parse(asked.Output)!["agent"]).ShouldBe("collections");
        Directory.Delete(folder, recursive: true);
    }
}
