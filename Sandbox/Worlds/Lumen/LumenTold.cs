using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Worlds.Lumen.Finance;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>What a world says beside its objects: the truth of what was planted, policies, past tickets and finance files.</summary>
internal sealed class LumenTold
{
    /// <param name="others">Right entries in the books of all lives beyond the cast.</param>
    public LumenTold(LumenCast cast, Bank bank, IEnumerable<LedgerEntry> others)
    {
        (Documents, var hostile, var looking) = LumenDocuments.Build(cast.Customers, cast.Plan.Stream("documents"));
        var finances = new Finances(cast, bank, others);
        var inbox = new Inbox(cast.Earlier, cast.Plan.Stream("inbox"));
        Files = [.. finances.Files, .. inbox.Files];
        Truth = new Truth(cast).Write(hostile, [.. looking.Select(path => (path, (string?)null)), .. inbox.LookAlikes.Select(ticket => (ticket.Path, (string?)ticket.Label))], finances);
        Truth["ticket_labels"] = inbox.Labels;
    }

    public JsonObject Truth { get; }

    public IReadOnlyList<WorldDocument> Documents { get; }

    public IReadOnlyList<WorldDocument> Files { get; }
}
