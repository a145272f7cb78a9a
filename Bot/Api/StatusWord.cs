using System.Text.Json;
using BillingCopilot.Governance.Proposals;

namespace BillingCopilot.Bot.Api;

/// <summary>A proposal's status as people and programs write it: <c>needs_reconcile</c>. Numbers are no statuses.</summary>
internal static class StatusWord
{
    private static readonly Dictionary<string, ProposalStatus> Known =
        Enum.GetValues<ProposalStatus>().ToDictionary(Word, StringComparer.OrdinalIgnoreCase);

    /// <summary>All words, for messages.</summary>
    public static string All { get; } = string.Join(", ", Known.Keys);

    public static bool TryRead(string word, out ProposalStatus status) => Known.TryGetValue(word, out status);

    private static string Word(ProposalStatus status) =>
        JsonNamingPolicy.SnakeCaseLower.ConvertName(status.ToString());
}
