using System.Collections.Concurrent;
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
public sealed class AuditContents(CopilotDbFactory databases, BusinessClock clock, IdSource ids, SubjectKeys keys, AuditOptions options, AuditLog log)
{
    private const int NonceSize = 12;
    private const int TagSize = 16;
    private const string StoreRow = "*";

    private readonly ConcurrentDictionary<string, bool> _ours = new(StringComparer.Ordinal);

    /// <summary>The name of the key of everything said in a conversation: it goes with whoever the conversation is about.</summary>
    public static string KeyOfConversation(string conversationId) => "conversation:" + conversationId;

    /// <summary>
    /// Stores the text and returns its id and the hash of its cipher; null where there are no keys, or another store's
    /// than those this database's words are under: what could not be erased is not kept.
    /// </summary>
    /// <param name="subjects">Whom it is about: customer ids, the conversation, or the person who asked.</param>
    public async Task<(string Id, string Hash)?> StoreAsync(TenantContext tenant, IReadOnlyCollection<string> subjects, string text, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        await using var transaction = await db.BeginAsync(cancellationToken);
        if (await SealAsync(db, [new RecordedContent(subjects, text)], cancellationToken) is not [var words])
        {
            return null;
        }

        await db.InsertAllAsync([words.Row], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (words.Row.Id, words.Hash);
    }

    /// <summary>
    /// The same within the caller's transaction, in the order of the texts: rows that the caller stores. Their keys are on
    /// the disk when this returns. Empty where no words are kept.
    /// </summary>
    public async Task<IReadOnlyList<SealedWords>> SealAsync(CopilotDb db, IReadOnlyList<RecordedContent> texts, CancellationToken cancellationToken)
    {
        if (texts.Count == 0 || !await OursAsync(db, cancellationToken))
        {
            return [];
        }

        var subjects = texts.Select(t => t.Subjects.Distinct().Order(StringComparer.Ordinal).ToArray()).ToList();
        var secrets = await keys.MakeAllAsync(db.Tenant.Id, subjects.SelectMany(s => s), cancellationToken);
        return [.. texts.Select((t, i) => Sealed(db.Tenant.Id, subjects[i], [.. subjects[i].Select(s => secrets[s])], t.Text))];
    }

    private SealedWords Sealed(string tenantId, string[] subjects, IReadOnlyList<byte[]> secrets, string text)
    {
        var id = ids.Next("content");
        var cipher = Encrypt(Derived(id, secrets), Encoding.UTF8.GetBytes(text));
        var row = new AuditContentRow { TenantId = tenantId, Id = id, Subjects = JsonSerializer.Serialize(subjects), Cipher = cipher, At = clock.UtcNow };
        return new SealedWords(row, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(cipher))));
    }

    /// <summary>Makes a subject's key ahead of the first words about it, where words are kept: that takes a flush of its own.</summary>
    public Task MakeKeyAsync(TenantContext tenant, string subject) =>
        _ours.GetValueOrDefault(tenant.Id) ? Task.Run(() => keys.GetOrMakeAsync(tenant.Id, subject, CancellationToken.None)) : Task.CompletedTask;

    /// <summary>The text, or null when it was pruned or a key of it was dropped.</summary>
    public async Task<string?> ReadAsync(TenantContext tenant, string id, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        if (!keys.Exist || await db.AuditContents.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, cancellationToken) is not { } row)
        {
            return null;
        }

        var secrets = await keys.AllAsync(tenant.Id, JsonSerializer.Deserialize<string[]>(row.Subjects)!, cancellationToken);
        return secrets is null ? null : Decrypt(Derived(id, secrets), row.Cipher);
    }

    /// <summary>Deletes what is older than it may be kept, with an entry that says so. Returns how many.</summary>
    /// <param name="by">Who ordered it; null when its time has come by itself.</param>
    public async Task<int> PruneAsync(TenantContext tenant, Person? by, CancellationToken cancellationToken)
    {
        var before = clock.UtcNow.AddDays(-options.ContentDays);
        await using var db = databases.Open(tenant);
        await using var transaction = await db.BeginAsync(cancellationToken);
        var pruned = await db.AuditContents.Where(c => c.At < before).ExecuteDeleteAsync(cancellationToken);
        if (pruned > 0)
        {
            await log.AppendAsync(db, new AuditEntry("contents.pruned", by?.Id ?? "governance", "contents", new JsonObject { ["count"] = pruned, ["before"] = before.ToUnixTimeMilliseconds() }), cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return pruned;
    }

    /// <summary>True when the keys here are those of this database, which the first node that keeps words notes in it.</summary>
    public async Task<bool> OursAsync(CopilotDb db, CancellationToken cancellationToken)
    {
        if (!keys.Exist)
        {
            return false;
        }

        if (_ours.TryGetValue(db.Tenant.Id, out var known))
        {
            return known;
        }

        var id = await keys.IdAsync(cancellationToken);
        var (noted, stays) = await NotedAsync(db, id, cancellationToken);
        return stays ? _ours[db.Tenant.Id] = noted == id : noted == id;
    }

    /// <summary>Whose keys the database notes. What is noted in the caller's transaction stays only if that is committed.</summary>
    private async Task<(string Id, bool Stays)> NotedAsync(CopilotDb db, string id, CancellationToken cancellationToken)
    {
        var within = db.Database.CurrentTransaction is not null;
        await using var transaction = within ? null : await db.BeginAsync(cancellationToken);
        await db.LockAsync("subject-keys", cancellationToken);
        if (await db.SubjectKeys.AsNoTracking().SingleOrDefaultAsync(k => k.Subject == StoreRow, cancellationToken) is { } noted)
        {
            return (noted.WrappedKey, !within);
        }

        var row = db.SubjectKeys.Add(new SubjectKeyRow { TenantId = db.Tenant.Id, Subject = StoreRow, WrappedKey = id, CreatedAt = clock.UtcNow });
        await db.SaveChangesAsync(cancellationToken);
        row.State = EntityState.Detached;
        if (transaction is not null)
        {
            await transaction.CommitAsync(cancellationToken);
        }

        return (id, !within);
    }

    /// <summary>One key out of those of all subjects.</summary>
    private static byte[] Derived(string id, IReadOnlyList<byte[]> secrets) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, [.. secrets.SelectMany(p => p)], 32, info: Encoding.UTF8.GetBytes(id));

    private static string Encrypt(byte[] key, byte[] plain)
    {
        var all = new byte[NonceSize + TagSize + plain.Length];
        RandomNumberGenerator.Fill(all.AsSpan(0, NonceSize));
        using var aes = new AesGcm(key, TagSize);
        aes.Encrypt(all.AsSpan(0, NonceSize), plain, all.AsSpan(NonceSize + TagSize), all.AsSpan(NonceSize, TagSize));
        return Convert.ToBase64String(all);
    }

    /// <summary>Null when it was another key: the subject was erased, and spoken of again.</summary>
    private static string? Decrypt(byte[] key, string cipher)
    {
        var all = Convert.FromBase64String(cipher);
        var plain = new byte[all.Length - NonceSize - TagSize];
        using var aes = new AesGcm(key, TagSize);
        try
        {
            aes.Decrypt(all.AsSpan(0, NonceSize), all.AsSpan(NonceSize + TagSize), all.AsSpan(NonceSize, TagSize), plain);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }

        return Encoding.UTF8.GetString(plain);
    }
}

/// <summary>Redacted words that an audit entry names.</summary>
/// <param name="Subjects">Whom they are about: customer ids, the conversation, or the person who asked.</param>
public sealed record RecordedContent(IReadOnlyCollection<string> Subjects, string Text);

/// <summary>The same, encrypted.</summary>
/// <param name="Hash">SHA-256 of the cipher, lower-case hex: what an entry holds of it.</param>
public sealed record SealedWords(AuditContentRow Row, string Hash);
