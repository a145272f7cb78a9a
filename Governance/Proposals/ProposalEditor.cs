using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Arguments;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Policy;
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
    private readonly ProposalExpiry _expiry;
    private readonly PolicyBook _policies;

    internal ProposalEditor(CopilotDbFactory databases, OperationInvokers operations, ProposalBook book, ProposalExpiry expiry, PolicyBook policies) =>
        (_databases, _operations, _book, _expiry, _policies) = (databases, operations, book, expiry, policies);

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

        var operation = _operations.Get(old.Operation);
        if (operation.SetByCode(changes) is { } given)
        {
            return given;
        }

        var arguments = ArgumentCodec.ToSent(operation.Descriptor.ArgumentsType, JsonNode.Parse(old.Arguments)!.AsObject());
        var before = arguments.DeepClone().AsObject();
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

        // Whose words the reason is goes with it: somebody's own are not a model's.
        var request = RequestOf(tenant, old, old.Operation, arguments, person, reason is null ? old.Agent : ProposeRequest.ByHand, reason ?? old.Reason) with
        {
            NotBefore = notBefore ?? old.NotBefore,
            Replaces = old.Id,
            Undoes = await StillUndoesAsync(tenant, old, before, arguments, cancellationToken),
            Playbook = old.Playbook,
            Evidence = ProposalViews.EvidenceOf(old),
        };
        return await _book.ProposeAsync(request, cancellationToken);
    }

    /// <summary>
    /// Proposes the operation that undoes an executed proposal. An undoing of it that is under way is returned as it
    /// stands; after one that ended without an effect the next is new. Refusals: not_found, not_undoable, undone_already, and all of
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

        var (live, ended) = await EarlierAsync(tenant, done.Id, cancellationToken);
        if (live is { Status: ProposalStatus.Executed })
        {
            return new Refusal("undone_already", $"This was undone already, by {live.Id}.", $"To take that back, undo {live.Id}.");
        }

        // Its card may hold what only those who may ask for it are to read.
        if (live is not null && _policies.For(undo.Operation).ProposerRole(person) is not null)
        {
            return live;
        }

        // Taken from what is kept, so after an erasure there is nothing to bring back.
        if ((undo.Restore is { } restore ? restore(ProposalViews.ChangesOf(done)) : []) is not { } arguments)
        {
            return new Refusal("not_undoable", "What stood there before is not kept any more, or is nothing that can be proposed.", "Fill it in again.");
        }

        arguments[undo.Argument] = undo.OfResult ? done.ResultObjectId : done.TargetId;
        if (undo.Target is { } target)
        {
            arguments[target] = done.TargetId;
        }

        var request = RequestOf(tenant, done, undo.Operation, arguments, person, ProposeRequest.ByHand, reason ?? $"Undoes {done.Id}.") with { Undoes = done.Id, EndedUndoings = ended };
        return await _book.ProposeAsync(request, cancellationToken);
    }

    /// <summary>What an edited proposal undoes: no longer that, when it is about something else than what the undoing was made for.</summary>
    private async Task<string?> StillUndoesAsync(TenantContext tenant, ProposalRow old, JsonObject before, JsonObject after, CancellationToken cancellationToken)
    {
        if (old.UndoesId is null || await RowAsync(tenant, old.UndoesId, cancellationToken) is not { } undone || _operations.Get(undone.Operation).Descriptor.Undo is not { } undo)
        {
            return null;
        }

        string[] own = undo.Target is { } target ? [undo.Argument, target] : [undo.Argument];
        return Array.TrueForAll(own, name => JsonNode.DeepEquals(before[name], after[name])) ? old.UndoesId : null;
    }

    /// <summary>The undoing that was done, or else the one that may yet be; and how many others there were.</summary>
    private async Task<(ProposalView? Live, int Ended)> EarlierAsync(TenantContext tenant, string undone, CancellationToken cancellationToken)
    {
        await _expiry.SweepAsync(tenant, cancellationToken);
        await using var db = _databases.Open(tenant);
        var all = await ProposalViews.ReadAsync(db, db.Proposals.Where(p => p.UndoesId == undone), cancellationToken);
        var live = all.Where(p => p.Status is ProposalStatus.Executed or ProposalStatus.Pending or ProposalStatus.Approved or ProposalStatus.Executing or ProposalStatus.NeedsReconcile).ToList();
        return (live.OrderByDescending(p => p.Status == ProposalStatus.Executed).FirstOrDefault(), all.Count - live.Count);
    }

    private async Task<ProposalRow?> RowAsync(TenantContext tenant, string id, CancellationToken cancellationToken)
    {
        await using var db = _databases.Open(tenant);
        return await db.Proposals.AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, cancellationToken);
    }

    private static ProposeRequest RequestOf(TenantContext tenant, ProposalRow from, string operation, JsonObject arguments, Person person, string agent, string reason) =>
        new(tenant, operation, arguments, person, agent, from.TaskId, 0, from.ConversationId, reason);
}
