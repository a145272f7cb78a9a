using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Arguments;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.People;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Governance.Proposals;

/// <summary>What people do with a proposal besides deciding on it: change it before, and undo it after.</summary>
public sealed class ProposalEditor
{
    private readonly CopilotDbFactory _databases;
    private readonly OperationInvokers _operations;
    private readonly ProposalBook _book;

    internal ProposalEditor(CopilotDbFactory databases, OperationInvokers operations, ProposalBook book) =>
        (_databases, _operations, _book) = (databases, operations, book);

    /// <summary>
    /// Puts an edited proposal in the place of a pending one. It is new: read anew, with a hash of its own, and asked
    /// for by whoever edited it, so where the policy says so somebody else approves it.
    /// Refusals: not_found, already_decided, hash_mismatch, and all of <see cref="ProposalBook.ProposeAsync"/>.
    /// </summary>
    /// <param name="hash">The hash of what the person saw.</param>
    /// <param name="changes">Arguments to change, as an agent would send them (<c>"amount": "100.00 USD"</c>); null takes one out.</param>
    /// <param name="notBefore">The time it waits for; null leaves it as it was.</param>
    public async Task<Outcome<ProposalView>> EditAsync(
        TenantContext tenant, string proposalId, Person person, string hash, JsonObject changes, DateTimeOffset? notBefore, string? reason, CancellationToken cancellationToken)
    {
        if (await RowAsync(tenant, proposalId, cancellationToken) is not { } old)
        {
            return new Refusal("not_found", "There is no such proposal.", "Look it up in the list of proposals.");
        }

        if (old.Status != WireName.Of(ProposalStatus.Pending))
        {
            return new Refusal("already_decided", $"This is {old.Status.Replace('_', ' ')} already.", "Only a pending proposal can be edited.");
        }

        if (old.Hash != hash)
        {
            return new Refusal("hash_mismatch", "This is not what was shown: the proposal differs from the one on the card.", "Open the proposal again and look at it before editing.");
        }

        var arguments = ArgumentCodec.ToSent(_operations.Get(old.Operation).Descriptor.ArgumentsType, JsonNode.Parse(old.Arguments)!.AsObject());
        foreach (var (name, value) in changes)
        {
            if (value is null)
            {
                arguments.Remove(name);
            }
            else
            {
                arguments[name] = value.DeepClone();
            }
        }

        var request = RequestOf(tenant, old, old.Operation, arguments, person, reason ?? old.Reason) with { NotBefore = notBefore ?? old.NotBefore, Replaces = old.Id };
        return await _book.ProposeAsync(request, cancellationToken);
    }

    /// <summary>
    /// Proposes the operation that undoes an executed proposal. Refusals: not_found, not_undoable, and all of
    /// <see cref="ProposalBook.ProposeAsync"/>.
    /// </summary>
    public async Task<Outcome<ProposalView>> UndoAsync(TenantContext tenant, string proposalId, Person person, string? reason, CancellationToken cancellationToken)
    {
        if (await RowAsync(tenant, proposalId, cancellationToken) is not { } done)
        {
            return new Refusal("not_found", "There is no such proposal.", "Look it up in the list of proposals.");
        }

        if (done.Status != WireName.Of(ProposalStatus.Executed) || _operations.Get(done.Operation).Descriptor.Undo is not { } undo)
        {
            return new Refusal("not_undoable", $"This {done.Status.Replace('_', ' ')} {done.Operation} can't be undone by another operation.", done.Reversibility);
        }

        var arguments = new JsonObject { [undo.Argument] = undo.OfResult ? done.ResultObjectId : done.TargetId };
        return await _book.ProposeAsync(RequestOf(tenant, done, undo.Operation, arguments, person, reason ?? $"Undoes {done.Id}.") with { Undoes = done.Id }, cancellationToken);
    }

    private async Task<ProposalRow?> RowAsync(TenantContext tenant, string id, CancellationToken cancellationToken)
    {
        await using var db = _databases.Open(tenant);
        return await db.Proposals.AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, cancellationToken);
    }

    private static ProposeRequest RequestOf(TenantContext tenant, ProposalRow from, string operation, JsonObject arguments, Person person, string reason) =>
        new(tenant, operation, arguments, person, from.Agent, from.TaskId, 0, from.ConversationId, reason);
}
