using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Storage;

namespace BillingCopilot.Governance.Audit;

/// <summary>
/// Signed heads of the chains, in a file outside the database: who changes the database can't make old heads fit.
/// Written before each effect and, while the process runs, every few seconds.
/// </summary>
public sealed class AuditAnchors(AuditOptions options, AuditKeys keys, AuditLog log) : IDisposable
{
    private const int Tries = 100;
    private readonly ConcurrentDictionary<string, long> _last = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _gate = new(1, 1);

    /// <summary>Anchors this node's head if it has grown. Nothing happens without a key folder.</summary>
    public async Task AnchorAsync(TenantContext tenant, CancellationToken cancellationToken)
    {
        if (!keys.Exist || await log.HeadAsync(tenant, cancellationToken) is not { } head)
        {
            return;
        }

        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_last.GetValueOrDefault(tenant.Id) < head.Seq)
            {
                await AppendAsync(Line(tenant.Id, options.Node, head), cancellationToken);
                _last[tenant.Id] = head.Seq;
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    /// <summary>Anchored heads of a tenant, and what is wrong with the file. Null without a file.</summary>
    internal async Task<AnchorFile?> ReadAsync(string tenantId, CancellationToken cancellationToken)
    {
        if (options.Anchors is not { } path || !File.Exists(path))
        {
            return null;
        }

        var heads = new List<(string Node, AuditHead Head)>();
        string? fault = null;
        var number = 0;
        foreach (var line in await File.ReadAllLinesAsync(path, cancellationToken))
        {
            number++;
            if (Parse(line) is not { } json || !keys.Verify(Signed(json), (string?)json["sig"] ?? ""))
            {
                fault ??= $"line {number.ToString(CultureInfo.InvariantCulture)} of the anchor file is not signed with this installation's key";
            }
            else if ((string?)json["tenant"] == tenantId)
            {
                heads.Add(((string)json["node"]!, new AuditHead((long)json["seq"]!, (string)json["hash"]!)));
            }
        }

        return new AnchorFile(path, heads, fault);
    }

    private string Line(string tenant, string node, AuditHead head)
    {
        var json = new JsonObject { ["tenant"] = tenant, ["node"] = node, ["seq"] = head.Seq, ["hash"] = head.Hash };
        json["sig"] = keys.Sign(Signed(json));
        return json.ToJsonString() + "\n";
    }

    private static string Signed(JsonObject json) =>
        CanonicalJson.Write(new JsonObject(json.Where(p => p.Key != "sig").Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone()))));

    private static JsonObject? Parse(string line)
    {
        try
        {
            return JsonNode.Parse(line) as JsonObject is { } json && json["node"] is JsonValue && json["seq"] is JsonValue && json["hash"] is JsonValue ? json : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Processes of one machine take turns; the line is on the disk when this returns.</summary>
    private async Task AppendAsync(string line, CancellationToken cancellationToken)
    {
        var path = options.Anchors!;
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.None);
                await file.WriteAsync(Encoding.UTF8.GetBytes(line), cancellationToken);
                file.Flush(flushToDisk: true);
                return;
            }
            catch (IOException) when (attempt < Tries)
            {
                await Task.Delay(10, cancellationToken);
            }
        }
    }
}

/// <summary>What the anchor file says of one tenant.</summary>
/// <param name="Fault">The first line that can't be trusted; null when all can.</param>
internal sealed record AnchorFile(string Path, IReadOnlyList<(string Node, AuditHead Head)> Heads, string? Fault);
