using System.Globalization;
using System.Text;
using System.Text.Json;
using BillingCopilot.Agents.Grounding;
using BillingCopilot.Agents.Handles;
using BillingCopilot.Agents.Text;
using BillingCopilot.Billing.Text;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.Proposals;

namespace BillingCopilot.Agents.Turns;

/// <summary>
/// What the history alone does not tell: which handle is whose when early results are no longer sent, and how the
/// conversation's proposals stand now, which people may have decided since they were last spoken of.
/// </summary>
internal static class Recap
{
    /// <summary>Most handles that are named, the newest of them.</summary>
    private const int MostHandles = 40;

    /// <summary>Most proposals that are named: those that wait, and the newest of the others.</summary>
    private const int MostPending = 50;
    private const int MostDecided = 12;

    /// <param name="cut">Results of early turns are left out of the history.</param>
    /// <param name="remembered">How many of the last turns are sent, where there were more; null where all are.</param>
    /// <param name="known">Handles of the conversation, oldest first.</param>
    /// <param name="subjects">Who goes by which name; asked only where it is needed.</param>
    /// <param name="proposals">Those of the conversation, as they stand now.</param>
    public static string Of(bool cut, int? remembered, IReadOnlyList<string> known, Func<SubjectIndex> subjects, IEnumerable<ProposalView> proposals, HandleMap handles)
    {
        var text = new StringBuilder();
        if (cut)
        {
            AppendHandles(text, known, subjects());
        }

        if (remembered is { } turns)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n\nOf this conversation you see {(turns == 0 ? "no earlier turn" : turns == 1 ? "the last turn only" : $"the last {turns} turns")}. Where the person means something said before, say that you don't see it any more, and ask.");
        }

        AppendProposals(text, [.. proposals], handles);
        return text.ToString();
    }

    /// <summary>What waits comes first: nobody may propose it again because it was forgotten.</summary>
    private static void AppendProposals(StringBuilder text, ProposalView[] all, HandleMap handles)
    {
        var (waiting, decided) = (all.Where(p => p.Status == ProposalStatus.Pending).ToArray(), all.Where(p => p.Status != ProposalStatus.Pending).ToArray());
        text.Append(all.Length == 0 ? "" : "\n\nProposals of this conversation as they stand now, whatever was said of them before:");
        foreach (var proposal in waiting.TakeLast(MostPending).Concat(decided.TakeLast(MostDecided)))
        {
            var target = handles.Known(proposal.Target.Id);
            text.Append(CultureInfo.InvariantCulture, $"\n- {handles.HandleFor(new ObjectRef(ObjectKind.Proposal, proposal.Id))}: {proposal.Operation}{(proposal.Amount is { } amount ? $" of {amount}" : "")}{(target is null ? "" : $" on {target}")} for {UntrustedWords.Delimit(Redaction.CleanResult(proposal.CustomerName))}: {Standing(proposal.Status)}.");
        }

        AppendRest(text, waiting.Length - MostPending, "more that wait for approval");
        AppendRest(text, decided.Length - MostDecided, "earlier ones that were decided or lapsed");
    }

    private static void AppendRest(StringBuilder text, int count, string which) =>
        text.Append(count > 0 ? string.Create(CultureInfo.InvariantCulture, $"\n- and {count} {which}, not shown; ask the person to look at the list of proposals.") : "");

    private static string Standing(ProposalStatus status) => status switch
    {
        ProposalStatus.Pending => "waits for approval",
        ProposalStatus.Executed => "approved and carried out",
        _ => JsonNamingPolicy.SnakeCaseLower.ConvertName(status.ToString()).Replace('_', ' '),
    };

    private static void AppendHandles(StringBuilder text, IReadOnlyList<string> known, SubjectIndex subjects)
    {
        text.Append("\n\nTool results of the oldest turns are no longer shown. Handles from them still work:");
        string[] named = [.. known.Select(h => (Handle: h, Label: subjects.LabelOf(h))).Where(h => h.Label is not null).Select(h => $"{h.Handle} {UntrustedWords.Delimit(h.Label)}")];
        // Customers first: most handles are of invoices, and a customer leads to those again.
        string[] kept = [.. named.Where(IsCustomer).TakeLast(MostHandles / 2), .. named.Where(n => !IsCustomer(n)).TakeLast(MostHandles / 2)];
        text.Append(' ').Append(kept.Length == 0 ? "none" : string.Join(", ", kept));
        text.Append(named.Length > kept.Length ? $", and {named.Length - kept.Length} older ones; find them again with a tool." : ".");
    }

    private static bool IsCustomer(string named) => named.StartsWith("cus", StringComparison.Ordinal);
}
