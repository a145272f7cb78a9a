using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Agents.Handles;

/// <summary>Keeps a conversation's handles.</summary>
public static class HandleStore
{
    public static async Task<HandleMap> LoadAsync(CopilotDb db, string conversationId, CancellationToken cancellationToken)
    {
        var rows = await db.Handles.AsNoTracking().Where(r => r.ConversationId == conversationId).ToListAsync(cancellationToken);
        return new HandleMap(rows.Select(r => new HandleEntry(r.Handle, r.Kind, r.ObjectId)));
    }

    /// <summary>Adds what was issued since; the caller saves, together with what uses the handles.</summary>
    public static void AddNew(CopilotDb db, string conversationId, HandleMap handles) =>
        db.Handles.AddRange(handles.TakeAdded().Select(e => new HandleRow
        {
            TenantId = db.Tenant.Id,
            ConversationId = conversationId,
            Handle = e.Handle,
            Kind = e.Kind,
            ObjectId = e.ObjectId,
        }));
}
