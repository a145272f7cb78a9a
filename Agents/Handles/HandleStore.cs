using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;

namespace BillingCopilot.Agents.Handles;

/// <summary>Keeps a conversation's handles.</summary>
public static class HandleStore
{
    public static async Task<HandleMap> LoadAsync(CopilotDb db, string conversationId, CancellationToken cancellationToken)
    {
        var rows = await db.ReadAsync<HandleRow>([(nameof(HandleRow.ConversationId), conversationId)], null, cancellationToken);
        return new HandleMap(rows.Select(r => new HandleEntry(r.Handle, r.Kind, r.ObjectId)));
    }

    /// <summary>What was issued, as rows.</summary>
    public static IEnumerable<HandleRow> Rows(TenantContext tenant, string conversationId, IEnumerable<HandleEntry> issued) => issued.Select(e => new HandleRow
    {
        TenantId = tenant.Id,
        ConversationId = conversationId,
        Handle = e.Handle,
        Kind = e.Kind,
        ObjectId = e.ObjectId,
    });
}
