using System.Globalization;
using System.Text;
using System.Text.Json;
using BillingCopilot.Agents.Grounding;
using BillingCopilot.Agents.Handles;
using BillingCopilot.Agents.Text;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.Proposals;

namespace BillingCopilot.Agents.Turns;

/// <summary>
/// What a long conversation must not lose when its early turns are no longer sent: which handle is whose, and
/// the proposals that are still open.
/// </summary>
internal static class Recap
{
    /// <summary>Most handles that are named, the newest of them.</summary>
    private const int MostHandles = 40;

    /// <param name="known">Handles of the conversation, oldest first.</param>
    /// <param name="proposals">Those of the conversation, as they stand now.</param>
    public static string Of(IReadOnlyList<string> known, SubjectIndex subjects, IEnumerable<ProposalView> proposals, HandleMap handles)
    {
        var text = new StringBuilder("Earlier turns of this conversation are not shown. Handles from them still work:");
        string[] named = [.. known.Select(h => (Handle: h, Label: subjects.LabelOf(h))).Where(h => h.Label is not null).Select(h => $"{h.Handle} {UntrustedWords.Delimit(h.Label)}")];
        text.Append(' ').Append(named.Length == 0 ? "none" : string.Join(", ", named.TakeLast(MostHandles)));
        text.Append(named.Length > MostHandles ? $", and {named.Length - MostHandles} older ones; find them again with a tool." : ".");
        foreach (var open in proposals.Where(p => p.Status is ProposalStatus.Pending or ProposalStatus.Approved or ProposalStatus.Executing or ProposalStatus.NeedsReconcile))
        {
            var target = handles.Known(open.Target.Id);
            text.Append(CultureInfo.InvariantCulture, $"\nOpen proposal {handles.HandleFor(new ObjectRef(ObjectKind.Proposal, open.Id))}: {open.Operation}{(open.Amount is { } amount ? $" of {amount}" : "")}{(target is null ? "" : $" on {target}")} for {UntrustedWords.Delimit(open.CustomerName)}, {JsonNamingPolicy.SnakeCaseLower.ConvertName(open.Status.ToString()).Replace('_', ' ')}.");
        }

        return text.ToString();
    }
}
