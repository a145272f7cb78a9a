using System.Text.Json;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Storage.Rows;

namespace BillingCopilot.Governance.Proposals;

/// <summary>From a request and its preview to the row that is kept.</summary>
internal static class ProposalRows
{
    private const int LongestReason = 500;
    private const int LongestLine = 300;
    private const int LongestText = 4000;

    /// <summary>
    /// Why the preview can't become a proposal, or null. People approve what the card shows, so nothing of it is
    /// ever cut; only a customer's name is, which they did not choose the words of.
    /// </summary>
    public static Refusal? Refuse(OperationPreview preview)
    {
        var lines = preview.Changes.Select(c => ("a field's name", c.Field)).Append(("the title", preview.Title)).Append(("how it can be undone", preview.Reversibility));
        var texts = preview.Changes.SelectMany(c => new[] { (c.Field, c.Before), (c.Field, c.After) });
        return lines.Select(l => TooLong(l.Item1, l.Item2, LongestLine)).Concat(texts.Select(t => TooLong(t.Field, t.Item2, LongestText))).FirstOrDefault(r => r is not null);
    }

    private static Refusal? TooLong(string what, string text, int limit) => PlainText.CleanLines(text, int.MaxValue).Length > limit
        ? new Refusal("too_long", $"'{PlainText.Clean(what, 60)}' is longer than the {limit} characters that a person can be shown.", "Propose something shorter.")
        : null;

    public static ProposalRow Of(ProposeRequest request, OperationDescriptor operation, OperationPreview preview, ProposalStamp stamp)
    {
        var row = new ProposalRow
        {
            TenantId = request.Tenant.Id,
            Id = stamp.Id,
            Key = stamp.Key,
            Operation = operation.Name,
            Arguments = CanonicalJson.Write(preview.Arguments),
            Hash = "",
            Digest = ProposalHash.Digest(preview.Declared),
            Declared = CanonicalJson.Write(ProposalHash.ToJson(preview.Declared)),
            PolicyVersion = stamp.PolicyVersion,
            Status = WireName.Of(ProposalStatus.Pending),
            Title = Line(preview.Title),
            CustomerId = preview.Customer.Id,
            CustomerName = Line(preview.CustomerName),
            TargetKind = WireName.Of(preview.Target.Kind),
            TargetId = preview.Target.Id,
            AmountMinor = preview.Amount?.AmountMinor,
            Currency = preview.Amount?.Currency,
            Changes = JsonSerializer.Serialize(preview.Changes.Select(Shown).Concat(StampOf(request, operation, stamp)), Compact),
            Reversibility = Line(preview.Reversibility),
            Risk = WireName.Of(operation.Risk),
            Reason = PlainText.Clean(request.Reason, LongestReason),
            Agent = request.Agent,
            Playbook = request.Playbook,
            RequestedBy = request.Requester.Id,
            ConversationId = request.ConversationId,
            TaskId = request.TaskId,
            Livemode = request.Tenant.Livemode,
            CreatedAt = stamp.CreatedAt,
            ExpiresAt = stamp.ExpiresAt,
            NotBefore = request.NotBefore is { } due ? DateTimeOffset.FromUnixTimeMilliseconds(due.ToUnixTimeMilliseconds()) : null,
            Evidence = JsonSerializer.Serialize(request.Evidence with { ReadAgain = [.. preview.ReadAgain.Select(r => r.Id).Distinct()] }),
            Fingerprint = ProposalHash.Fingerprint(operation, preview.Arguments),
            EarlierId = stamp.EarlierId,
            ReplacesId = request.Replaces,
            UndoesId = request.Undoes,
            Cause = $"{operation.Name}/{request.Playbook ?? request.ConversationId}",
        };
        row.Hash = ProposalHash.Of(request.Tenant.Account, row);
        return row;
    }

    private static readonly JsonSerializerOptions Compact = new() { DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };

    private static PreviewChange Shown(PreviewChange change) => change with { Field = Line(change.Field), Before = Text(change.Before), After = Text(change.After) };

    /// <summary>The metadata that the write leaves behind is part of what is approved.</summary>
    private static IEnumerable<PreviewChange> StampOf(ProposeRequest request, OperationDescriptor operation, ProposalStamp stamp) => operation.Stamps is null ? [] :
    [
        new PreviewChange(
            $"Metadata of {operation.Stamps}", "",
            $"{WriteGrant.ProposalKey}={stamp.Id}, {WriteGrant.ApprovedByKey}=(who approves), {WriteGrant.PromptKey}={request.Agent}"),
    ];

    private static string Text(string text) => PlainText.CleanLines(text, LongestText);

    private static string Line(string text) => PlainText.Clean(text, LongestLine);
}

/// <summary>What the book adds to a request of its own.</summary>
internal sealed record ProposalStamp(string Id, string Key, string PolicyVersion, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, string? EarlierId = null);
