using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using BillingCopilot.Flows.Support;
using BillingCopilot.Governance.Audit;
using BillingCopilot.Governance.Proposals;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Shouldly;
using Xunit;

namespace BillingCopilot.Flows;

/// <summary>Another assistant over <c>/mcp</c>, with the protocol's own client.</summary>
public sealed class McpFlow
{
    [Fact]
    public async Task Tools_AreReadsAndProposals_WithTheirHints()
    {
        await using var copilot = await Copilot.StartAsync();
        await using var sam = await ConnectAsync(copilot, "sam");

        var tools = (await sam.ListToolsAsync()).ToDictionary(t => t.Name, t => t.ProtocolTool.Annotations!);

        tools.Keys.ShouldContain("get_invoice");
        tools.Keys.ShouldContain("issue_refund");
        tools.Keys.ShouldNotContain(n => n.Contains("approve") || n.Contains("execute") || n.Contains("decide"));
        Hints(tools["get_invoice"]).ShouldBe((true, false, true, true));
        Hints(tools["search_policies"]).ShouldBe((true, false, true, false));
        Hints(tools["issue_refund"]).ShouldBe((false, true, false, true), "a standing approval would carry it out before it returns");
        Hints(tools["cancel_subscription_at_period_end"]).ShouldBe((false, true, false, true));
        Hints(tools["post_internal_note"]).ShouldBe((false, false, false, true), "it adds a note");
    }

    [Fact]
    public async Task Tools_OfAViewer_AreReadsOnly_AndAProposalIsRefused()
    {
        await using var copilot = await Copilot.StartAsync();
        await using var vera = await ConnectAsync(copilot, "vera");

        (await vera.ListToolsAsync()).ShouldAllBe(t => t.ProtocolTool.Annotations!.ReadOnlyHint == true);
        var refused = await vera.CallToolAsync("issue_refund", new Dictionary<string, object?> { ["charge"] = "ch1", ["why"] = "please" });

        refused.IsError.ShouldBe(true);
        Text(refused).ShouldContain("unknown_tool");
        (await AuditAsync(copilot)).ShouldContain(("mcp.refused", "vera", "issue_refund"));
    }

    [Fact]
    public async Task Call_WithoutIdentityOrWithACookieAlone_IsRefused()
    {
        await using var copilot = await Copilot.StartAsync();
        using var nobody = copilot.As(null);
        using var browser = await Browser.SignInAsync(copilot.Address, "frank");
        var body = new { jsonrpc = "2.0", id = 1, method = "tools/list" };

        (await nobody.PostAsJsonAsync("/mcp", body)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await browser.PostAsJsonAsync("/mcp", body)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task DuplicateCharge_IsFoundByHandles_ProposedAndWaits_AndIsCarriedOutAfterApproval()
    {
        await using var copilot = await Copilot.StartAsync();
        await using var sam = await ConnectAsync(copilot, "sam");
        var dup = copilot.Truth["double_charges"]![0]!;

        var found = await CallAsync(sam, "find_customer", ("query", (string)dup["customer_name"]!));
        var customer = (string)found["matches"]![0]!["customer"]!;
        var charges = await CallAsync(sam, "list_charges", ("customer", customer));
        var charge = (string)charges["possible_duplicates"]![0]!["charge"]!;
        var proposed = await CallAsync(sam, "issue_refund", ("charge", charge), ("reason", "duplicate"), ("why", "It was charged twice."));

        found.ToJsonString().ShouldNotContain("cus_");
        charges.ToJsonString().ShouldNotContain("ch_");
        ((string)proposed["status"]!).ShouldBe("waits for a person's approval; nothing has been done");
        (await copilot.Sandbox.LedgerAsync(default)).ShouldNotContain(e => (string?)e["key"] == "write");

        using var frank = copilot.As("frank");
        var pending = JsonNode.Parse(await frank.GetStringAsync("/api/proposals?status=pending"))!["data"]![0]!.AsObject();
        ((string?)pending["requested_by"], (string?)pending["agent"], (string?)pending["target"]).ShouldBe(("sam", "mcp", (string?)dup["charge"]));
        var decided = await (await frank.DecideAsync(pending)).JsonAsync();
        ((string?)decided["status"]).ShouldBe("executed");
        (await AuditAsync(copilot)).Where(a => a.Kind == "mcp.called").Select(a => (a.Actor, a.Tool)).ShouldBe([("sam", "find_customer"), ("sam", "list_charges"), ("sam", "issue_refund")]);
    }

    [Fact]
    public async Task Handles_BelongToThePersonWhoReadThem_AndMadeUpOnesAreRefused()
    {
        await using var copilot = await Copilot.StartAsync();
        await using var sam = await ConnectAsync(copilot, "sam");
        await using var olivia = await ConnectAsync(copilot, "olivia");
        var found = await CallAsync(sam, "find_customer", ("query", (string)copilot.Truth["double_charges"]![0]!["customer_name"]!));
        var customer = (string)found["matches"]![0]!["customer"]!;

        var others = await olivia.CallToolAsync("get_customer_overview", new Dictionary<string, object?> { ["customer"] = customer });
        var madeUp = await sam.CallToolAsync("get_customer_overview", new Dictionary<string, object?> { ["customer"] = (string?)copilot.Truth["double_charges"]![0]!["customer"] });

        (others.IsError, madeUp.IsError).ShouldBe((true, true));
        (Text(others) + Text(madeUp)).ShouldNotContain("cus_");
        Text(others).ShouldContain("unknown_handle");
        (await CallAsync(sam, "get_customer_overview", ("customer", customer)))["customer_name"].ShouldNotBeNull();
    }

    [Fact]
    public async Task Proposal_UnderAStandingApproval_IsCarriedOutByItself_WithinItsTermsOnly()
    {
        await using var copilot = await Copilot.StartAsync(s => s.Policy.Path = Policies.Automated("operations: { issue_refund: automated }\n"));
        using var frank = copilot.As("frank");
        var dup = copilot.Truth["double_charges"]!.AsArray().First(d => (string?)d!["currency"] == "usd")!;
        var signed = await frank.PostAsJsonAsync("/api/standing-approvals", new
        {
            operation = "issue_refund", per_use = "5.00 USD", per_day = "5.00 USD", uses_per_day = 5,
            expires_at = copilot.Stage.Host.Services.GetRequiredService<Storage.BusinessClock>().UtcNow.AddDays(7),
        });
        signed.StatusCode.ShouldBe(HttpStatusCode.OK, await signed.Content.ReadAsStringAsync());
        await using var sam = await ConnectAsync(copilot, "sam");
        var customer = (await CallAsync(sam, "find_customer", ("query", (string)dup["customer_name"]!)))["matches"]![0]!["customer"]!;
        var handle = (string)(await CallAsync(sam, "list_charges", ("customer", (string)customer!)))["possible_duplicates"]![0]!["charge"]!;

        var told = await RefundAsync(sam, handle, "5.00 USD");
        var waits = await RefundAsync(sam, handle, "4.00 USD");

        told.ShouldContain("executed under a standing approval of Frank Moreau");
        waits.ShouldNotContain("standing approval");

        var proposals = JsonNode.Parse(await frank.GetStringAsync("/api/proposals"))!["data"]!.AsArray().OrderBy(p => (string?)p!["status"], StringComparer.Ordinal).ToList();
        proposals.Select(p => ((string?)p!["agent"], (string?)p["status"])).ShouldBe([("mcp", "executed"), ("mcp", "pending")]);
        var approval = proposals[0]!["approvals"]!.AsArray().ShouldHaveSingleItem()!;
        ((string?)approval["person"], (string?)approval["channel"]).ShouldBe(("frank", "standing"));
        ((long)(await copilot.Sandbox.WritesAsync(default)).Single()["amount"]!).ShouldBe(500, "the second would pass the day's sum: it waits for a person");
    }

    private static async Task<string> RefundAsync(McpClient client, string charge, string amount) => Text(await client.CallToolAsync(
        "issue_refund", new Dictionary<string, object?> { ["charge"] = charge, ["amount"] = amount, ["reason"] = "requested_by_customer", ["why"] = "Goodwill." }));

    private static (bool?, bool?, bool?, bool?) Hints(ToolAnnotations a) => (a.ReadOnlyHint, a.DestructiveHint, a.IdempotentHint, a.OpenWorldHint);

    private static Task<McpClient> ConnectAsync(Copilot copilot, string person) => McpClient.CreateAsync(new HttpClientTransport(new HttpClientTransportOptions
    {
        Endpoint = new Uri(copilot.Address, "/mcp"),
        TransportMode = HttpTransportMode.StreamableHttp,
        AdditionalHeaders = new Dictionary<string, string> { ["Authorization"] = "Bearer sandbox-" + person },
    }));

    private static async Task<JsonObject> CallAsync(McpClient client, string tool, params (string Name, object? Value)[] arguments)
    {
        var result = await client.CallToolAsync(tool, arguments.ToDictionary(a => a.Name, a => a.Value));
        result.IsError.ShouldNotBe(true, Text(result));
        return JsonNode.Parse(Text(result))!.AsObject();
    }

    private static string Text(CallToolResult result) => string.Concat(result.Content.OfType<TextContentBlock>().Select(c => c.Text));

    private static async Task<IReadOnlyList<(string Kind, string Actor, string? Tool)>> AuditAsync(Copilot copilot)
    {
        var log = copilot.Stage.Host.Services.GetRequiredService<AuditLog>();
        var rows = await log.ReadAsync(copilot.Stage.Host.Tenants.Default.Context, 0, 1000, default);
        return [.. rows.Select(r => (r.Kind, r.Actor, (string?)JsonNode.Parse(r.Details)?["tool"]))];
    }
}
