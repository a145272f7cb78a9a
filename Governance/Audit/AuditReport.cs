using System.Globalization;
using BillingCopilot.Storage;

namespace BillingCopilot.Governance.Audit;

/// <summary>What is found out about every chain of a tenant, and what can't be found out.</summary>
/// <param name="Chains">One a node.</param>
/// <param name="AnchorFault">What is wrong with the anchor file; null when nothing is.</param>
/// <param name="Unseen">What no check here would notice, in words.</param>
public sealed record AuditReport(IReadOnlyList<AuditChainReport> Chains, string? AnchorFault, IReadOnlyList<string> Unseen)
{
    public bool Whole => AnchorFault is null && Chains.All(c => c.Result.Whole);
}

/// <param name="Anchored">The newest entry that a signed anchor vouches for; 0 for none.</param>
public sealed record AuditChainReport(string Node, AuditVerification Result, long Anchored);

/// <summary>Checks the chains against themselves and against the anchors.</summary>
public sealed class AuditVerifier(AuditLog log, AuditAnchors anchors)
{
    public async Task<AuditReport> VerifyAsync(TenantContext tenant, CancellationToken cancellationToken)
    {
        var file = await anchors.ReadAsync(tenant.Id, cancellationToken);
        var nodes = (await log.NodesAsync(tenant, cancellationToken)).Union(file?.Heads.Select(h => h.Node) ?? []).Order(StringComparer.Ordinal);
        var chains = new List<AuditChainReport>();
        foreach (var node in nodes)
        {
            var kept = file?.Heads.Where(h => h.Node == node).Select(h => h.Head).ToList() ?? [];
            chains.Add(new AuditChainReport(node, await log.VerifyAsync(tenant, node, kept, cancellationToken), kept.Select(h => h.Seq).DefaultIfEmpty().Max()));
        }

        return new AuditReport(chains, file?.Fault, [.. Unseen(file, chains)]);
    }

    private static IEnumerable<string> Unseen(AnchorFile? file, IEnumerable<AuditChainReport> chains)
    {
        if (file is null)
        {
            yield return "There is no anchor file. Nothing here would notice entries cut off the end of a chain, or a chain that was written anew as a whole.";
            yield break;
        }

        foreach (var chain in chains.Where(c => c.Result.Count > c.Anchored))
        {
            var range = string.Create(CultureInfo.InvariantCulture, $"{chain.Anchored + 1} to {chain.Result.Count}");
            yield return chain.Anchored == 0
                ? $"The chain of node {chain.Node} has no anchor: entries cut off its end, or a chain written anew, would not be noticed."
                : $"Entries {range} of node {chain.Node} are newer than its last anchor: cutting them off or writing them anew would not be noticed.";
        }
    }
}
