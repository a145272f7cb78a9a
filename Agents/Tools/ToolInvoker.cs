using System.Runtime.ExceptionServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using BillingCopilot.Agents.Grounding;
using BillingCopilot.Agents.Handles;
using BillingCopilot.Agents.Journal;
using BillingCopilot.Agents.Turns;
using BillingCopilot.Billing;
using BillingCopilot.Plugins.Tools;
using BillingCopilot.Storage;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.SemanticKernel;
using FunctionInvocationContext = Microsoft.Extensions.AI.FunctionInvocationContext;

namespace BillingCopilot.Agents.Tools;

/// <summary>
/// Runs the tool calls of one specialist in one turn: resolves handles, invokes through the kernel, serialises,
/// journals, reports. Whatever goes wrong becomes an error that the model can act on.
/// </summary>
public sealed partial class ToolInvoker(Kernel kernel, HandleMap handles, TaskJournal journal, TurnAudit audit, int maxCalls, TurnBudget? budget, Func<TurnEvent, ValueTask> report, ILogger logger)
{
    private readonly Dictionary<string, int> _seenIds = new(StringComparer.Ordinal);
    private readonly List<ToolCallView> _calls = [];
    private readonly List<ToolEvidence> _evidence = [];
    private ExceptionDispatchInfo? _stopped;

    /// <summary>The calls so far as the model saw them, with handles.</summary>
    public IReadOnlyList<ToolEvidence> Evidence => _evidence;

    /// <summary>The calls so far, with real ids: for people and logs.</summary>
    public IReadOnlyList<ToolCallView> Calls => _calls;

    /// <summary>Which call of the task runs now, from 1; calls that an earlier run made count as they are replayed.</summary>
    public int Call { get; private set; }

    /// <summary>Runs one call. What ends the turn is kept for <see cref="ThrowIfStopped"/>: the loop would make it an error for the model.</summary>
    public async ValueTask<object?> InvokeAsync(FunctionInvocationContext context, CancellationToken cancellationToken)
    {
        if (_stopped is null)
        {
            try
            {
                return await RunOneAsync(context, cancellationToken);
            }
            catch (Exception e) when (EndsTheTurn(e))
            {
                _stopped = ExceptionDispatchInfo.Capture(e);
            }
        }

        context.Terminate = true;
        return Error(new Refusal("not_run", "This turn has ended."));
    }

    /// <summary>Throws what ended the turn, if anything did.</summary>
    public void ThrowIfStopped() => _stopped?.Throw();

    /// <summary>What was recorded doesn't fit this run, or can't be recorded: no answer of a model can rest on it.</summary>
    private static bool EndsTheTurn(Exception e) => e is JournalMismatchException or HoldLostException || StorageFault.Is(e);

    private async ValueTask<object?> RunOneAsync(FunctionInvocationContext context, CancellationToken cancellationToken)
    {
        var tool = (BoundTool)context.Function;
        var sent = (JsonObject)JsonSerializer.SerializeToNode(new Dictionary<string, object?>(context.Arguments), AIJsonUtilities.DefaultOptions)!;
        Call = journal.NextCall();
        await report(new TurnEvent.ToolStarted(tool.Name, ToolLabels.Of(tool.Name)));
        var result = await JournaledAsync(tool, sent, KeyOf(context.CallContent.CallId), cancellationToken);
        var failed = IsError(result);
        _evidence.Add(new ToolEvidence(context.CallContent.CallId, tool.Name, sent, JsonNode.Parse(result)));
        _calls.Add(new ToolCallView(context.CallContent.CallId, tool.Name, WithRealIds(sent.ToJsonString()), WithRealIds(result), failed));
        await report(new TurnEvent.ToolFinished(tool.Name, failed));
        return result;
    }

    private async Task<string> JournaledAsync(BoundTool tool, JsonObject sent, string key, CancellationToken cancellationToken)
    {
        var hash = TaskJournal.Digest($"{tool.Name}\n{sent.ToJsonString()}");
        if (journal.Find(TaskJournal.Tool, key, hash) is { } known)
        {
            return known;
        }

        await journal.BeforeToolAsync(effect: tool.Effect == ToolEffect.Propose, cancellationToken);
        var result = await RunAsync(tool, sent, cancellationToken);
        audit.ToolCalled(tool.Name, key, sent.ToJsonString(), result, IsError(result));
        journal.Append(TaskJournal.Tool, key, hash, result);
        return result;
    }

    private async Task<string> RunAsync(BoundTool tool, JsonObject sent, CancellationToken cancellationToken)
    {
        if (Call > maxCalls)
        {
            budget?.Reached($"{maxCalls} tool calls (Agents:MaxCalls)");
            return Error(new Refusal("too_many_calls", $"This turn has used its {maxCalls} tool calls.", "Answer with what the earlier calls returned, and say what is missing."));
        }

        switch (ArgumentBinding.Bind(tool, sent, handles))
        {
            case Outcome<KernelArguments>.Refused refused:
                return Error(refused.Refusal);
            case Outcome<KernelArguments>.Ok bound:
                return await CallAsync(tool, bound.Value, cancellationToken);
            default:
                throw new InvalidOperationException("An outcome is either ok or refused.");
        }
    }

    private async Task<string> CallAsync(BoundTool tool, KernelArguments arguments, CancellationToken cancellationToken)
    {
        try
        {
            var result = await tool.Function.InvokeAsync(kernel, arguments, cancellationToken);
            return result.GetValue<object>() switch
            {
                ToolFailure failure => Error(failure.Error),
                Refusal refusal => Error(refusal),
                var value => ResultText.Redacted(ModelJson.Write(value, handles)),
            };
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && !EndsTheTurn(e))
        {
            // A defect or an outage: the model gets no detail, since it may carry ids or keys.
            LogToolFailed(logger, tool.Name, e);
            return Error(new Refusal("tool_failed", $"{tool.Name} could not be run.", "Say that this could not be read just now; don't guess its result."));
        }
    }

    private string Error(Refusal refusal)
    {
        var safe = refusal with
        {
            Message = TypedReferences.WithKnownOnly(refusal.Message, handles),
            Remedy = refusal.Remedy is null ? null : TypedReferences.WithKnownOnly(refusal.Remedy, handles),
        };
        return ModelJson.Write(new ToolFailure(safe), handles);
    }

    /// <summary>Some models number their calls anew in each round: the second call of an id gets a key of its own.</summary>
    private string KeyOf(string callId)
    {
        var times = _seenIds[callId] = _seenIds.GetValueOrDefault(callId) + 1;
        return times == 1 ? callId : $"{callId}~{times}";
    }

    private string WithRealIds(string json) => ResultText.MapStrings(json, text => handles.Find(text)?.ObjectId ?? text);

    private static bool IsError(string result) => result.StartsWith("{\"error\":", StringComparison.Ordinal);

    [LoggerMessage(2001, LogLevel.Error, "Tool {Tool} failed")]
    private static partial void LogToolFailed(ILogger logger, string tool, Exception exception);
}
