using System.Text.Json.Nodes;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Storage.Rows;

namespace BillingCopilot.Governance.Audit;

/// <summary>The arithmetic of the chain: links a new entry, and follows an old chain entry by entry.</summary>
internal sealed class AuditChain(AuditHead? kept)
{
    private long _seq;
    private string _hash = AuditLog.NoPrevious;

    public static AuditRow Link(string tenantId, AuditRow? last, DateTimeOffset at, AuditEntry entry)
    {
        var row = new AuditRow
        {
            TenantId = tenantId,
            Seq = (last?.Seq ?? 0) + 1,
            At = at,
            Kind = entry.Kind,
            Actor = entry.Actor,
            Subject = entry.Subject,
            Details = CanonicalJson.Write(entry.Details),
            PreviousHash = last?.Hash ?? AuditLog.NoPrevious,
            Hash = "",
        };
        row.Hash = HashOf(row);
        return row;
    }

    /// <summary>The fault of this entry, or null when it follows the one before.</summary>
    public AuditVerification? Follow(AuditRow row)
    {
        var why = row.Seq != _seq + 1 ? $"entry {_seq + 1} is missing"
            : row.PreviousHash != _hash ? "it does not follow the entry before it"
            : row.Hash != HashOf(row) ? "its content was changed"
            : row.Seq == kept?.Seq && row.Hash != kept.Hash ? "it differs from the head that was kept"
            : null;
        if (why is not null)
        {
            return new AuditVerification(false, _seq, Head, _seq + 1, why);
        }

        (_seq, _hash) = (row.Seq, row.Hash);
        return null;
    }

    public AuditVerification Finish() => kept is not null && _seq < kept.Seq
        ? new AuditVerification(false, _seq, Head, _seq + 1, $"the chain ends at {_seq}, but the head that was kept is {kept.Seq}")
        : new AuditVerification(true, _seq, Head, null, null);

    private AuditHead? Head => _seq == 0 ? null : new AuditHead(_seq, _hash);

    private static string HashOf(AuditRow row) => CanonicalJson.Hash(new JsonObject
    {
        ["tenant"] = row.TenantId,
        ["seq"] = row.Seq,
        ["at"] = row.At.ToUnixTimeMilliseconds(),
        ["kind"] = row.Kind,
        ["actor"] = row.Actor,
        ["subject"] = row.Subject,
        ["details"] = row.Details,
        ["previous"] = row.PreviousHash,
    });
}
