using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using BillingCopilot.Governance.People;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Governance.Audit;

/// <summary>
/// Redacted words of people and models, encrypted with the keys of everybody they are about: without one of the keys
/// they can't be read. An audit entry holds the cipher's hash, so the chain is whole with and without them.
/// </summary>
public sealed class AuditContents(CopilotDbFactory databases, BusinessClock clock, IdSource ids, AuditKeys keys, AuditOptions options, AuditLog log)
{
    private const int NonceSize = 12;
    private const int TagSize = 16;

    /// <summary>Stores the text and returns its id and the hash of its cipher; null without a key folder.</summary>
    /// <param name="subjects">Whom it is about: customer ids, or the person who asked.</param>
    public async Task<(string Id, string Hash)?> StoreAsync(TenantContext tenant, IReadOnlyCollection<string> subjects, string text, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        await using var transaction = await db.BeginAsync(cancellationToken);
        var stored = await StoreAsync(db, subjects, text, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return stored;
    }

    /// <summary>The same within the caller's transaction.</summary>
    public async Task<(string Id, string Hash)?> StoreAsync(CopilotDb db, IReadOnlyCollection<string> subjects, string text, CancellationToken cancellationToken)
    {
        if (!keys.Exist)
        {
            return null;
        }

        var id = ids.Next("content");
        string[] sorted = [.. subjects.Distinct().Order(StringComparer.Ordinal)];
        var key = await KeyAsync(db, id, sorted, make: true, cancellationToken);
        var cipher = Encrypt(key!, Encoding.UTF8.GetBytes(text));
        db.AuditContents.Add(new AuditContentRow { TenantId = db.Tenant.Id, Id = id, Subjects = JsonSerializer.Serialize(sorted), Cipher = cipher, At = clock.UtcNow });
        await db.SaveChangesAsync(cancellationToken);
        return (id, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(cipher))));
    }

    /// <summary>The text, or null when it was pruned or a key of it was dropped.</summary>
    public async Task<string?> ReadAsync(TenantContext tenant, string id, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        if (!keys.Exist || await db.AuditContents.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, cancellationToken) is not { } row)
        {
            return null;
        }

        var key = await KeyAsync(db, id, JsonSerializer.Deserialize<string[]>(row.Subjects)!, make: false, cancellationToken);
        return key is null ? null : Encoding.UTF8.GetString(Decrypt(key, row.Cipher));
    }

    /// <summary>Deletes what is older than it may be kept, with an entry that says so. Returns how many.</summary>
    public async Task<int> PruneAsync(TenantContext tenant, CancellationToken cancellationToken)
    {
        var before = clock.UtcNow.AddDays(-options.ContentDays);
        await using var db = databases.Open(tenant);
        await using var transaction = await db.BeginAsync(cancellationToken);
        var pruned = await db.AuditContents.Where(c => c.At < before).ExecuteDeleteAsync(cancellationToken);
        if (pruned > 0)
        {
            await log.AppendAsync(db, new AuditEntry("contents.pruned", "governance", "contents", new JsonObject { ["count"] = pruned, ["before"] = before.ToUnixTimeMilliseconds() }), cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return pruned;
    }

    /// <summary>One key out of those of all subjects; null when one of them is gone.</summary>
    private async Task<byte[]?> KeyAsync(CopilotDb db, string id, string[] subjects, bool make, CancellationToken cancellationToken)
    {
        var parts = new List<byte>();
        foreach (var subject in subjects)
        {
            if (make)
            {
                await db.LockAsync("subject:" + subject, cancellationToken);
            }

            var row = await db.SubjectKeys.AsNoTracking().SingleOrDefaultAsync(k => k.Subject == subject, cancellationToken);
            if (row is null && !make)
            {
                return null;
            }

            parts.AddRange(row is null ? await MakeAsync(db, subject, cancellationToken) : Decrypt(keys.MasterKey(), row.WrappedKey));
        }

        return HKDF.DeriveKey(HashAlgorithmName.SHA256, [.. parts], 32, info: Encoding.UTF8.GetBytes(id));
    }

    private async Task<byte[]> MakeAsync(CopilotDb db, string subject, CancellationToken cancellationToken)
    {
        var key = RandomNumberGenerator.GetBytes(32);
        db.SubjectKeys.Add(new SubjectKeyRow { TenantId = db.Tenant.Id, Subject = subject, WrappedKey = Encrypt(keys.MasterKey(), key), CreatedAt = clock.UtcNow });
        await db.SaveChangesAsync(cancellationToken);
        return key;
    }

    private static string Encrypt(byte[] key, byte[] plain)
    {
        var all = new byte[NonceSize + TagSize + plain.Length];
        RandomNumberGenerator.Fill(all.AsSpan(0, NonceSize));
        using var aes = new AesGcm(key, TagSize);
        aes.Encrypt(all.AsSpan(0, NonceSize), plain, all.AsSpan(NonceSize + TagSize), all.AsSpan(NonceSize, TagSize));
        return Convert.ToBase64String(all);
    }

    private static byte[] Decrypt(byte[] key, string cipher)
    {
        var all = Convert.FromBase64String(cipher);
        var plain = new byte[all.Length - NonceSize - TagSize];
        using var aes = new AesGcm(key, TagSize);
        aes.Decrypt(all.AsSpan(0, NonceSize), all.AsSpan(NonceSize + TagSize), all.AsSpan(NonceSize, TagSize), plain);
        return plain;
    }
}
