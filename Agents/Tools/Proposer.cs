using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using BillingCopilot.Agents.Text;
using BillingCopilot.Agents.Turns;
using BillingCopilot.Billing;
using BillingCopilot.Billing.Text;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Plugins.Tools;
using BillingCopilot.Storage;
using Microsoft.SemanticKernel;

namespace BillingCopilot.Agents.Tools;

/// <summary>What the tool of an operation does: it records a proposal and says that people decide.</summary>
/// <param name="agent">Name and version: <c>support.v1</c>.</param>
/// <param name="evidenceOf">What a reason rests on, as the conversation stands.</param>
/// <param name="clock">Says what "Tuesday" is.</param>
public sealed class Proposer(ToolSources sources, TurnRequest turn, string agent, Func<string, ProposalEvidence> evidenceOf, BusinessClock clock, Func<TurnEvent, ValueTask> report)
{
    /// <summary>Longest reason, in characters.</summary>
    private const int MaxWhy = 500;

    /// <summary>The only operations that are proposed; null for all.</summary>
    public IReadOnlySet<string>? Operations { get; init; }

    /// <summary>The step at which the task first asked for something: asked twice for the same in one turn, there is still one proposal.</summary>
    public Func<string, CancellationToken, Task<int>>? StepOf { get; init; }

    public async Task<object> ProposeAsync(OperationDescriptor operation, KernelArguments arguments, CancellationToken cancellationToken)
    {
        if (Operations?.Contains(operation.Name) == false)
        {
            return new ToolFailure(new Refusal("outside_scope", $"'{operation.Name}' is not among what may be proposed here.", "Say that it has to be asked for by itself."));
        }

        var why = UntrustedWords.Clean(arguments.TryGetValue(ProposalArguments.Why, out var given) ? given?.ToString() : "");
        var notBefore = default(DateTimeOffset?);
        var time = arguments.TryGetValue(ProposalArguments.NotBefore, out var when) ? when?.ToString() : null;
        var theirs = time is not null && NotBefore.IsTheirs(time) ? time : null;
        if (time is { Length: > 0 } && theirs is null)
        {
            if (!NotBefore.Read(time, clock.UtcNow, turn.Tenant.TimeZone).TryGet(out var instant, out var unreadable))
            {
                return new ToolFailure(unreadable);
            }

            notBefore = instant;
        }

        var request = new ProposeRequest(
            turn.Tenant,
            operation.Name,
            Json(arguments),
            turn.Requester,
            agent,
            turn.TaskId,
            Step: 0,
            turn.ConversationId,
            why.Length > MaxWhy ? why[..MaxWhy] : why,
            turn.Playbook)
        {
            NotBefore = notBefore,
            NotBeforeTheirs = theirs,
            Evidence = evidenceOf(why),
            StepOf = StepOf,
        };
        switch (await sources.ProposeAsync(request, cancellationToken))
        {
            case Outcome<ProposalView>.Ok ok:
                await report(new TurnEvent.Proposed(ok.Value));
                return Result(operation, ok.Value);
            case Outcome<ProposalView>.Refused refused:
                return new ToolFailure(refused.Refusal);
            default:
                throw new InvalidOperationException("An outcome is either ok or refused.");
        }
    }

    private static JsonObject Json(KernelArguments arguments) => new(
        arguments.Where(a => a.Key is not (ProposalArguments.Why or ProposalArguments.NotBefore) && a.Value is not null)
            .Select(a => KeyValuePair.Create(a.Key, a.Value as JsonNode ?? JsonSerializer.SerializeToNode(a.Value))));

    private ProposalResult Result(OperationDescriptor operation, ProposalView view) => new(
        new ObjectRef(ObjectKind.Proposal, view.Id),
        view.Operation,
        StatusText(view.Status),
        new UntrustedText(view.Title),
        view.Customer,
        new UntrustedText(view.CustomerName),
        view.Target,
        view.Amount,
        operation.Warning?.Invoke(view.Changes),
        view.Reversibility,
        sources.ApprovalOf(view),
        Moment(view.ExpiresAt)!,
        Moment(view.NotBefore));

    private static string? Moment(DateTimeOffset? at) =>
        at?.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static string StatusText(ProposalStatus status) => status == ProposalStatus.Pending
        ? "waits for a person's approval; nothing has been done"
        : JsonNamingPolicy.SnakeCaseLower.ConvertName(status.ToString()).Replace('_', ' ');

    /// <summary>What the model is told of a proposal.</summary>
    /// <param name="Warning">What the card warns of, to be told in the answer; left out for nothing.</param>
    /// <param name="Needs">Who has to approve it.</param>
    private sealed record ProposalResult(
        ObjectRef Proposal,
        string Operation,
        string Status,
        UntrustedText Title,
        ObjectRef Customer,
        UntrustedText CustomerName,
        ObjectRef Target,
        Money? Amount,
        string? Warning,
        string Reversibility,
        string Needs,
        string Expires,
        string? NotBefore);
}
