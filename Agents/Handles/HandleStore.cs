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

    /// <summary>
    /// Saves what was issued since, together with what uses the handles and was added to <paramref name="db"/>
    /// before. When that fails, they are still to be stored; within a transaction the caller puts them back if that fails.
    /// </summary>
    /// <returns>What was stored.</returns>
    public static async Task<IReadOnlyList<HandleEntry>> SaveAsync(CopilotDb db, string conversationId, HandleMap handles, CancellationToken cancellationToken)
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
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return added;
        }
        catch
        {
            handles.PutBack(added);
            throw;
        }
    }
}
