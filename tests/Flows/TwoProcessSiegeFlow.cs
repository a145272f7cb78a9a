using System.Globalization;
using System.Text.Json.Nodes;
using BillingCopilot.Flows.Support;
using Shouldly;
using Xunit;

namespace BillingCopilot.Flows;

/// <summary>
/// Attempts on two processes at once over one database: in each round one proposal, clicked at both by those who may and
/// by those who may not, with its hash and with others, some rejecting, sometimes after the invoice moved; then all of it
/// again. The requester is among those who click. <c>BILLINGCOPILOT_SIEGE_ROUNDS</c> says how many rounds, of some twenty attempts each.
/// </summary>
[Collection(NodePairs.Name)]
public sealed class TwoProcessSiegeFlow(NodePairs pairs)
{
    private static int Rounds => int.Parse(Environment.GetEnvironmentVariable("BILLINGCOPILOT_SIEGE_ROUNDS") ?? "4", CultureInfo.InvariantCulture);

    [Fact]
    public Task Siege_OfTwoProcesses_NoneUnauthorised_AndOneEffectAtMost() => RunAsync(postgres: false);

    [RequiresFact(TwoNodes.Variable)]
    public Task Siege_OfTwoProcesses_NoneUnauthorised_AndOneEffectAtMost_OnPostgres() => RunAsync(postgres: true);

    private async Task RunAsync(bool postgres)
    {
        var nodes = await pairs.OnAsync(postgres);
        var before = new string('0', 64);
        var ended = new List<string>();
        var order = new Random(1);
        for (var round = 0; round < Rounds; round++)
        {
            var invoice = nodes.Open[round % nodes.Open.Count];
            var requester = round % 2 == 0 ? "sam" : "fiona";
            var kind = (Kind)(round % 4);
            var proposal = await TwoNodes.ProposeAsync(round % 2 == 0 ? nodes.A : nodes.B, invoice, $"${(round + 10) / 100m:0.00}", requester);
            if (kind == Kind.Moved)
            {
                await nodes.Sandbox.PostAsync("/v1/credit_notes", new Dictionary<string, string> { ["invoice"] = (string)invoice["invoice"]!, ["amount"] = "1" }, CancellationToken.None);
            }

            ended.Add(await RoundAsync(nodes, kind, proposal, requester, before, order));
            before = (string)proposal["hash"]!;
        }

        ended.Distinct().Order(StringComparer.Ordinal).ShouldBeSubsetOf(["executed", "pending", "rejected", "stale"]);
        ended.ShouldContain("executed");
        ended.ShouldContain("pending");
        ended.ShouldContain("stale");
    }

    /// <summary>Returns how the proposal ended.</summary>
    private static async Task<string> RoundAsync(TwoNodes nodes, Kind kind, JsonObject proposal, string requester, string otherHash, Random order)
    {
        var effects = await EffectsAsync(nodes);
        Attempt[] unfit =
        [
            .. new[] { nodes.A, nodes.B }.SelectMany(node => new Attempt[]
            {
                new(node, requester, "approve"), new(node, "sam", "approve"), new(node, "vera", "approve"), new(node, "olivia", "approve"), new(node, null, "approve"),
                new(node, "frank", "approve", otherHash), new(node, "vera", "reject"),
            }),
        ];
        Attempt[] fit = kind == Kind.UnfitOnly ? [] :
        [
            new(nodes.A, "frank", "approve"), new(nodes.B, "frank", "approve"),
            .. requester == "fiona" ? [] : new Attempt[] { new(nodes.A, "fiona", "approve"), new(nodes.B, "fiona", "approve") },
            .. kind == Kind.AlsoRejected ? new Attempt[] { new(nodes.A, "frank", "reject"), new(nodes.B, "frank", "reject") } : [],
        ];
        Attempt[] all = [.. unfit, .. fit];
        order.Shuffle(all);

        // All at once, in an order that differs; then once more what would have been fit.
        var decided = await Task.WhenAll(all.Select(a => TryAsync(a, proposal)));
        var again = await Task.WhenAll(fit.Select(a => TryAsync(a with { Node = a.Node == nodes.A ? nodes.B : nodes.A }, proposal)));

        decided.Where(d => d.Taken && unfit.Contains(d.Attempt)).ShouldBeEmpty();
        decided.Count(d => d.Taken).ShouldBe(kind == Kind.UnfitOnly ? 0 : 1, string.Join('\n', decided));
        again.ShouldAllBe(d => !d.Taken);
        using var a = TwoNodes.Person(nodes.A, "ada");
        using var b = TwoNodes.Person(nodes.B, "ada");
        var status = (string)(await TwoNodes.StateAsync(a, proposal))["status"]!;
        ((string?)(await TwoNodes.StateAsync(b, proposal))["status"]).ShouldBe(status);
        (await EffectsAsync(nodes) - effects).ShouldBe(status == "executed" ? 1 : 0, status);
        status.ShouldBeOneOf(kind switch { Kind.Moved => ["stale"], Kind.UnfitOnly => ["pending"], Kind.AlsoRejected => ["executed", "rejected"], _ => ["executed"] });
        return status;
    }

    private static async Task<int> EffectsAsync(TwoNodes nodes) => (await nodes.Sandbox.WritesAsync(CancellationToken.None)).Count;

    private static async Task<Tried> TryAsync(Attempt attempt, JsonObject proposal)
    {
        using var person = TwoNodes.Person(attempt.Node, attempt.Person);
        using var answer = await person.DecideAsync(proposal, attempt.Decision, attempt.Hash);
        ((int)answer.StatusCode).ShouldBeLessThan(500, attempt.ToString());
        return new Tried(attempt, answer.IsSuccessStatusCode, $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }

    private enum Kind
    {
        Approved,
        Moved,
        UnfitOnly,
        AlsoRejected,
    }

    private sealed record Attempt(Uri Node, string? Person, string Decision, string? Hash = null);

    private sealed record Tried(Attempt Attempt, bool Taken, string Answer);
}
