using System.Text.Json;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Storage.Rows;

namespace BillingCopilot.Governance.Proposals;

/// <summary>From a request and its preview to the row that is kept.</summary>
internal static class ProposalRows
{
    private const int LongestReason = 500;
    private const int LongestLine = 300;

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
            Changes = JsonSerializer.Serialize(preview.Changes.Select(c => new PreviewChange(Line(c.Field), Line(c.Before), Line(c.After)))),
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
        };
        row.Hash = ProposalHash.Of(request.Tenant.Account, row);
        return row;
    }

    private static string Line(string text) => PlainText.Clean(text, LongestLine);
}

/// <summary>What the book adds to a request of its own.</summary>
internal sealed record ProposalStamp(string Id, string Key, string PolicyVersion, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt);
