using BillingCopilot.Agents.Grounding;
using BillingCopilot.Agents.Journal;
using BillingCopilot.Agents.Models;
using BillingCopilot.Agents.Prompts;
using BillingCopilot.Agents.Text;
using BillingCopilot.Agents.Tools;
using BillingCopilot.Plugins.Tools;
using BillingCopilot.Storage;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.SemanticKernel;
using ResultContent = Microsoft.Extensions.AI.FunctionResultContent;

namespace BillingCopilot.Agents.Turns;

/// <summary>What a specialist made of a turn, still with handles.</summary>
/// <param name="Messages">Calls, results and the final text, to be kept as history.</param>
/// <param name="Report">How the text stands against its sources.</param>
/// <param name="Models">Who wrote it: several when one stood in for another.</param>
/// <param name="Notices">What the asker is told of that.</param>
public sealed record SpecialistAnswer(string Agent, string Text, IReadOnlyList<ChatMessage> Messages, GroundingReport Report, IReadOnlyList<ToolCallView> Calls, UsageDetails Usage, IReadOnlyList<string> Models, IReadOnlyList<string> Notices);

/// <summary>Answers one turn as one specialist: the tool loop, then the check of its text, with one chance to correct it.</summary>
public sealed class Specialist(ChatModel model, ToolSources sources, CopilotDbFactory databases, BusinessClock clock, AgentOptions options, ToolOffer offer, IEnumerable<IFunctionInvocationFilter> filters, TurnAudits audits, ILoggerFactory loggers)
{
    public async Task<SpecialistAnswer> AnswerAsync(AgentPrompt prompt, TurnRequest turn, string text, Conversation conversation, TurnBudget budget, Func<TurnEvent, ValueTask> report, CancellationToken cancellationToken)
    {
        var journal = new TaskJournal(databases, turn.Tenant, turn.ConversationId, turn.TaskId, prompt.Name, conversation.Handles, clock);
        var audit = audits.For(turn, new PromptIdentity(prompt.Name, prompt.Version, prompt.Hash), model.For(prompt.Name).Label, conversation.Handles);
        var asked = turn.Playbook is null ? text : null;
        var invoker = new ToolInvoker(NewKernel(), conversation.Handles, journal, audit, options.Limits.MaxCalls, report, loggers.CreateLogger<ToolInvoker>());
        var proposer = new Proposer(sources, turn, prompt.Label, why => ReasonEvidence.Of(why, conversation.EvidenceSoFar(invoker.Evidence, asked), conversation.Handles), clock, report);
        var tools = ToolSet.Create(prompt, new ToolScope(turn.Tenant, prompt.Name), sources, proposer.ProposeAsync);
        var answering = new JournalingChatClient(new AuditingChatClient(model.For(prompt.Name).Client, audit), journal, prompt.Label);
        var client = Loop(new BudgetChatClient(new OfferingChatClient(answering, prompt, offer), budget, options.Model.For(prompt.Name)), invoker);
        var settings = new ChatOptions { Tools = [.. tools, MoreTools.Create(prompt.Tools)], Temperature = prompt.Temperature, MaxOutputTokens = prompt.MaxOutputTokens };

        ChatMessage[] sent = [await SystemMessageAsync(prompt, turn, conversation, cancellationToken), .. conversation.History(options.Limits.HistoryTurns, options.Limits.HistoryTurnsWithTools), new(ChatRole.User, text)];
        var draft = await AskAsync(client, invoker, sent, settings, conversation, asked, [], cancellationToken);
        if (draft.Fault is { } fault)
        {
            var again = await AskAsync(client, invoker, [.. sent, .. draft.Messages, new(ChatRole.User, fault)], settings, conversation, asked, draft.Messages, cancellationToken);
            draft = again.WithUsage(draft.Usage);
        }

        var final = DoneClaims.Correct(GroundingCheck.Mark(draft.Text, draft.Report.Unbacked), draft.Evidence);
        return new SpecialistAnswer(prompt.Name, final, WithText(draft.Messages, final), draft.Report, invoker.Calls, draft.Usage, answering.Models.Count > 0 ? answering.Models : [model.For(prompt.Name).Label], answering.Notices);
    }

    private static async Task<Draft> AskAsync(FunctionInvokingChatClient client, ToolInvoker invoker, IEnumerable<ChatMessage> sent, ChatOptions settings, Conversation conversation, string? asked, IReadOnlyList<ChatMessage> before, CancellationToken cancellationToken)
    {
        var response = await client.GetResponseAsync(sent, settings, cancellationToken);
        invoker.ThrowIfStopped();

        // Of a first draft only what the tools said is kept: its text is replaced by the second one's.
        ChatMessage[] messages = [.. before.Where(m => m.Contents.Any(c => c is not Microsoft.Extensions.AI.TextContent)), .. Repaired(response.Messages)];
        // In the form in which it is given out: nothing is taken out of it after the check.
        var text = VisibleText.OfAnswer(response.Messages.LastOrDefault(m => m.Role == ChatRole.Assistant)?.Text ?? "").Trim();
        if (text.Length == 0)
        {
            text = "I could not finish this within the allowed number of steps. Ask for one part of it at a time.";
        }

        var evidence = conversation.EvidenceWith(messages, asked);
        return new Draft(text, messages, evidence, GroundingCheck.Check(text, evidence), response.Usage ?? new UsageDetails());
    }

    /// <summary>The messages with an answer to every call: a provider refuses a history with open calls.</summary>
    private static List<ChatMessage> Repaired(IList<ChatMessage> messages)
    {
        var repaired = new List<ChatMessage>();
        var answered = messages.SelectMany(m => m.Contents).OfType<ResultContent>().Select(r => r.CallId).ToHashSet(StringComparer.Ordinal);
        foreach (var message in messages)
        {
            repaired.Add(message);
            AIContent[] open = [.. message.Contents.OfType<Microsoft.Extensions.AI.FunctionCallContent>().Where(c => answered.Add(c.CallId))
                .Select(c => new ResultContent(c.CallId, """{"error":{"code":"not_run","message":"The turn had used its rounds; this call was not run."}}"""))];
            if (open.Length > 0)
            {
                repaired.Add(new ChatMessage(ChatRole.Tool, open));
            }
        }

        return repaired;
    }

    private static List<ChatMessage> WithText(IReadOnlyList<ChatMessage> messages, string text) =>
        [.. messages.Where(m => m.Contents.Any(c => c is not Microsoft.Extensions.AI.TextContent)), new(ChatRole.Assistant, text)];

    private FunctionInvokingChatClient Loop(BudgetChatClient inner, ToolInvoker invoker) => new(inner, loggers)
    {
        FunctionInvoker = invoker.InvokeAsync,
        MaximumIterationsPerRequest = options.Limits.MaxRounds,
        AllowConcurrentInvocation = false,
        IncludeDetailedErrors = false,
    };

    /// <summary>A kernel without plugins and without services: nothing that writes can be resolved from it.</summary>
    private Kernel NewKernel()
    {
        var kernel = new Kernel();
        foreach (var filter in filters)
        {
            kernel.FunctionInvocationFilters.Add(filter);
        }

        return kernel;
    }

    private async Task<ChatMessage> SystemMessageAsync(AgentPrompt prompt, TurnRequest turn, Conversation conversation, CancellationToken cancellationToken) => new(ChatRole.System, $"""
        Specialist: {prompt.Name}
        Today: {clock.UtcNow:yyyy-MM-dd} (UTC; periods are stated in {turn.Tenant.TimeZone}). Home currency: {turn.Tenant.Currency.ToUpperInvariant()}. Mode: {(turn.Tenant.Livemode ? "live" : "test")}. Channel: {turn.Channel}.
        Asked by: {(turn.Playbook is null ? $"{turn.Requester.Name} ({string.Join(", ", turn.Requester.Roles)})" : "nobody; a playbook runs")}. May propose: {MayPropose(prompt, turn)}.

        {prompt.Body}{await RecapAsync(turn, conversation, cancellationToken)}
        """);

    /// <summary>The operations of this specialist that the policy leaves to who asks.</summary>
    private string MayPropose(AgentPrompt prompt, TurnRequest turn) =>
        string.Join(", ", prompt.Tools.Where(t => !sources.ReadNames.Contains(t) && sources.MayPropose(turn.Requester, t))) is { Length: > 0 } some ? some : "nothing";

    /// <summary>What the history does not tell. Part of the system message, which a resumed task may find changed.</summary>
    private async Task<string> RecapAsync(TurnRequest turn, Conversation conversation, CancellationToken cancellationToken) => Recap.Of(
        conversation.IsCut(options.Limits.HistoryTurnsWithTools),
        conversation.KnownHandles,
        conversation.EvidenceWith([], null).Subjects,
        await sources.ProposalsOfConversationAsync(turn.Tenant, turn.ConversationId, cancellationToken),
        conversation.Handles);

    private sealed record Draft(string Text, IReadOnlyList<ChatMessage> Messages, Evidence Evidence, GroundingReport Report, UsageDetails Usage)
    {
        /// <summary>What the model is asked to put right; null when all is well.</summary>
        public string? Fault => (Report.Unbacked, DoneClaims.In(Text, Evidence)) switch
        {
            ({ Count: > 0 } unbacked, _) => GroundingCheck.CorrectionRequest(unbacked),
            (_, { Count: > 0 } claims) => DoneClaims.CorrectionRequest(claims),
            _ => null,
        };

        public Draft WithUsage(UsageDetails earlier)
        {
            Usage.Add(earlier);
            return this;
        }
    }
}
