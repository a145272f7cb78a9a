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

    /// <summary>Adds what was issued since; the caller saves it, and puts it back when that fails.</summary>
    /// <returns>What was added.</returns>
    public static IReadOnlyList<HandleEntry> Add(CopilotDb db, string conversationId, HandleMap handles)
    {
        var added = handles.TakeAdded();
        db.Handles.AddRange(added.Select(e => new HandleRow
        {
            TenantId = db.Tenant.Id,
            ConversationId = conversationId,
            Handle = e.Handle,
            Kind = e.Kind,
            ObjectId = e.ObjectId,
        }));
        return added;
    }
}
