using System.Text.Json.Nodes;
using BillingCopilot.Agents.Handles;
using BillingCopilot.Agents.Text;
using BillingCopilot.Agents.Turns;
using BillingCopilot.Billing.Text;
using BillingCopilot.Governance.Proposals;

namespace BillingCopilot.Agents.Grounding;

/// <summary>What a proposal's reason rests on: a receipt for each of its figures, and what policies and tickets said before.</summary>
internal static class ReasonEvidence
{
    private const int MostQuotes = 6;
    private const int LongestQuote = 600;

    /// <param name="why">The model's reason, with handles.</param>
    public static ProposalEvidence Of(string why, Evidence evidence, HandleMap handles)
    {
        var report = GroundingCheck.Check(why, evidence);
        var receipts = AnswerWriter.Receipts(report, handles, evidence).Select(r => new EvidenceReceipt(r.Text, r.Value, r.Source, r.Tool, r.Path, r.ObjectId));
        return new ProposalEvidence([.. receipts.Distinct()], [.. Quotes(evidence)], [.. report.Unbacked.Select(u => u.Figure.Text)], []);
    }

    private static IEnumerable<EvidenceQuote> Quotes(Evidence evidence) => evidence.Calls
        .Where(c => c.Tool == "search_policies")
        .SelectMany(c => Items(c.Result, "policies").Concat(Items(c.Result, "tickets")))
        .Distinct().TakeLast(MostQuotes);

    private static IEnumerable<EvidenceQuote> Items(JsonNode? result, string list) =>
        from item in (result as JsonObject)?[list] as JsonArray ?? []
        let quote = Text(item, "quote")
        where quote.Length > 0
        select new EvidenceQuote(Text(item, "kind"), Text(item, "document"), Text(item, "section"), quote.Length > LongestQuote ? quote[..LongestQuote] : quote);

    private static string Text(JsonNode? item, string name) => (item as JsonObject)?[name] is JsonValue value && value.TryGetValue<string>(out var text) ? UntrustedWords.Strip(text) : "";
}
