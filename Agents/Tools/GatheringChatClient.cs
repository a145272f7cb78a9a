using System.Text.Json.Nodes;
using BillingCopilot.Agents.Handles;
using BillingCopilot.Governance.Operations;
using Microsoft.Extensions.AI;
using CallContent = Microsoft.Extensions.AI.FunctionCallContent;

namespace BillingCopilot.Agents.Tools;

/// <summary>A call that code makes before a specialist is asked: part of a playbook's context.</summary>
/// <param name="Id">The same in every run of the task, so that its journaled result is found again.</param>
/// <param name="About">The kind of object that it is asked about; null for none.</param>
/// <param name="Arguments">The arguments besides the object.</param>
public sealed record GatherCall(string Id, string Tool, ObjectKind? About, JsonObject Arguments)
{
    /// <summary>How the ids of such calls begin.</summary>
    public const string IdPrefix = "context_";
}

/// <summary>
/// Opens a playbook's turn with the calls that gather its context, in the model's place: the tool loop runs, journals and
/// audits them like any other, and the model's first request holds their results. Afterwards it only passes on.
/// </summary>
/// <param name="tools">What the specialist has; a call of anything else is left out.</param>
/// <param name="subjects">What the event is about.</param>
public sealed class GatheringChatClient(IChatClient inner, IReadOnlyList<GatherCall> calls, IReadOnlyList<BoundTool> tools, IReadOnlyList<ObjectRef> subjects, HandleMap handles) : DelegatingChatClient(inner)
{
    private bool _gathered;

    public override Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        if (_gathered || Opening() is not { Count: > 0 } opening)
        {
            return base.GetResponseAsync(messages, options, cancellationToken);
        }

        _gathered = true;
        return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, [.. opening])) { FinishReason = ChatFinishReason.ToolCalls });
    }

    private List<AIContent> Opening() => [.. calls.Select(CallOf).OfType<AIContent>()];

    /// <summary>Null where the event names no such object, or the specialist has no such tool.</summary>
    private CallContent? CallOf(GatherCall call)
    {
        if (tools.FirstOrDefault(t => t.Name == call.Tool) is not { } tool)
        {
            return null;
        }

        var arguments = call.Arguments.ToDictionary(a => a.Key, a => (object?)a.Value?.DeepClone());
        if (call.About is { } kind)
        {
            if (tool.Handles.FirstOrDefault(h => h.Value == kind).Key is not { } parameter || subjects.Cast<ObjectRef?>().FirstOrDefault(s => s!.Value.Kind == kind) is not { } subject)
            {
                return null;
            }

            arguments[parameter] = handles.HandleFor(subject);
        }

        return new CallContent(call.Id, call.Tool, arguments);
    }
}
