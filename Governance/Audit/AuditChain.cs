using System.Text.Json.Nodes;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Storage.Rows;

namespace BillingCopilot.Governance.Audit;

/// <summary>The arithmetic of the chain: links a new entry, and follows an old chain entry by entry.</summary>
internal sealed class AuditChain(IReadOnlyList<AuditHead> kept)
{
    private readonly ILookup<long, string> _kept = kept.ToLookup(h => h.Seq, h => h.Hash);
    private long _seq;
    private string _hash = AuditLog.NoPrevious;

    public static AuditRow Link(string tenantId, string node, AuditRow? last, DateTimeOffset at, AuditEntry entry)
    {
        var row = new AuditRow
        {
            TenantId = tenantId,
            Node = node,
            Seq = (last?.Seq ?? 0) + 1,
            At = at,
            Kind = entry.Kind,
            Actor = NeverList.Clean(entry.Actor),
            Subject = NeverList.Clean(entry.Subject),
            Details = CanonicalJson.Write(NeverList.Clean(entry.Details)!.AsObject()),
            PreviousHash = last?.Hash ?? AuditLog.NoPrevious,
            Hash = "",
        };
        row.Hash = HashOf(row);
        return row;
    }

    /// <summary>The fault of this entry or, where the one before it was hashed anew, of that; null when it follows.</summary>
    /// <param name="next">The entry after it; null when it is the last.</param>
    public AuditVerification? Follow(AuditRow row, AuditRow? next)
    {
        // Both are sound in themselves and don't fit, so one of the two was hashed anew.
        if (row.Seq == _seq + 1 && _seq > 0 && row.PreviousHash != _hash && row.Hash == HashOf(row) && IsGenuine(row, next) is not false)
        {
            return new AuditVerification(false, _seq - 1, null, _seq, IsGenuine(row, next) is true
                ? $"its content was changed and it was hashed anew: entry {row.Seq} follows another"
                : $"it or entry {row.Seq} was changed and hashed anew: entry {row.Seq} follows another, and nothing says which of the two was there");
        }

        var why = row.Seq != _seq + 1 ? $"entry {_seq + 1} is missing"
            : row.PreviousHash != _hash ? "it does not follow the entry before it"
            : row.Hash != HashOf(row) ? "its content was changed"
            : _kept[row.Seq].Any(h => h != row.Hash) ? "it differs from the head that was kept"
            : null;
        if (why is not null)
        {
            return new AuditVerification(false, _seq, Head, _seq + 1, why);
        }

        (_seq, _hash) = (row.Seq, row.Hash);
        return null;
    }

    /// <summary>
    /// Whether an entry that does not fit the one before it is what was written: a head that was kept says so of either of
    /// the two, else the entry after, which names what it followed. Null where neither does.
    /// </summary>
    private bool? IsGenuine(AuditRow row, AuditRow? next) =>
        _kept[_seq].Any() ? false
        : _kept[row.Seq].Any() ? _kept[row.Seq].Contains(row.Hash)
        : next is not null && next.Seq == row.Seq + 1 && next.Hash == HashOf(next) ? next.PreviousHash == row.Hash
        : null;

    public AuditVerification Finish() => kept.Select(h => h.Seq).DefaultIfEmpty().Max() is var newest && _seq < newest
        ? new AuditVerification(false, _seq, Head, _seq + 1, $"the chain ends at {_seq}, but the head that was kept is {newest}")
        : new AuditVerification(true, _seq, Head, null, null);

    private AuditHead? Head => _seq == 0 ? null : new AuditHead(_seq, _hash);

    private static string HashOf(AuditRow row)
    {
        var json = new JsonObject
        {
            ["tenant"] = row.TenantId,
            ["seq"] = row.Seq,
            ["at"] = row.At.ToUnixTimeMilliseconds(),
            ["kind"] = row.Kind,
            ["actor"] = row.Actor,
            ["subject"] = row.Subject,
            ["details"] = row.Details,
            ["previous"] = row.PreviousHash,
        };

        // The first node's entries hash as they did when there was only one.
        if (row.Node != "main")
        {
            json["node"] = row.Node;
        }

        return CanonicalJson.Hash(json);
    }
}
