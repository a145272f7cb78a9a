using BillingCopilot.Agents.Grounding;
using BillingCopilot.Agents.Journal;
using BillingCopilot.Agents.Models;
using BillingCopilot.Agents.Models.Providers;
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
public sealed record SpecialistAnswer(string Agent, string Text, IReadOnlyList<ChatMessage> Messages, GroundingReport Report, IReadOnlyList<ToolCallView> Calls, UsageDetails Usage, IReadOnlyList<string> Models, IReadOnlyList<string> Notices)
{
    /// <summary>The beginning of the text that was given out while it was written.</summary>
    public string Given { get; init; } = "";

    /// <summary>The same as the person read it.</summary>
    public string Shown { get; init; } = "";

    /// <summary>What its text was checked against.</summary>
    public required Evidence Evidence { get; init; }

    /// <summary>What this one left to others.</summary>
    public IReadOnlyList<Handover> Handovers { get; init; } = [];
}

/// <summary>What a specialist is asked.</summary>
/// <param name="Text">The asker's words, or the playbook's.</param>
/// <param name="Others">Whom it may hand a part over to.</param>
/// <param name="Streams">The answer is given out while it is written.</param>
/// <param name="Part">What another one left to it; null for whoever is asked first.</param>
public sealed record SpecialistTask(string Text, IReadOnlyList<AgentPrompt> Others, bool Streams, Handover? Part = null)
{
    /// <summary>The only operations that it may propose; null for all of its own.</summary>
    public IReadOnlySet<string>? Operations { get; init; }

    /// <summary>Who answers other parts of the same words at the same time.</summary>
    public IReadOnlyList<AgentPrompt> Beside { get; init; } = [];
}

/// <summary>Answers one turn as one specialist: the tool loop, then the check of its text, with one chance to correct it.</summary>
public sealed class Specialist(ChatModel model, ToolSources sources, BusinessClock clock, AgentOptions options, ToolOffer offer, IEnumerable<IFunctionInvocationFilter> filters, ILoggerFactory loggers)
{
    public async Task<SpecialistAnswer> AnswerAsync(AgentPrompt prompt, TurnRequest turn, SpecialistTask task, Conversation conversation, TurnRecord record, TurnBudget budget, Func<TurnEvent, ValueTask> report, CancellationToken cancellationToken)
    {
        if (task.Operations is { } operations)
        {
            prompt = prompt with { Tools = [.. prompt.Tools.Where(t => sources.ReadNames.Contains(t) || operations.Contains(t))] };
        }

        var journal = new TaskJournal(record, turn.Tenant, prompt.Name, clock);
        var audit = new TurnAudit(record, turn, new PromptIdentity(prompt.Name, prompt.Version, prompt.Hash, prompt.Body), model.For(prompt.Name).Label);
        var asked = turn.Playbook is null ? task.Text : null;
        var invoker = new ToolInvoker(NewKernel(), conversation.Handles, journal, audit, options.Limits.MaxCalls, budget, report, loggers.CreateLogger<ToolInvoker>());
        var proposer = new Proposer(sources, turn, prompt.Label, why => ReasonEvidence.Of(why, conversation.EvidenceSoFar(invoker.Evidence, asked), conversation.Handles), clock, report) { Operations = task.Operations, StepOf = (asked, token) => journal.StepOfAsync(asked, invoker.Call, token) };
        var tools = ToolSet.Create(prompt, new ToolScope(turn.Tenant, prompt.Name, turn.Playbook is null ? turn.Requester : null), sources, proposer.ProposeAsync);
        BoundTool[] handOver = task.Others.Count == 0 ? [] : [HandOver.Create(task.Others)];
        var gate = new SentenceGate(
            journal,
            () => conversation.EvidenceSoFar(invoker.Evidence, asked),
            () => task.Streams && invoker.Calls.Count > 0 && invoker.Calls.All(c => c.Name != HandOver.Name),
            (sentence, evidence) => GiveOutAsync(AnswerWriter.TextFor(sentence, conversation.Handles, evidence), report));
        var answering = new JournalingChatClient(new UnofferedCallsChatClient(new AuditingChatClient(new TimeLimitChatClient(model.For(prompt.Name).Client, budget), audit)), journal, prompt.Label, gate);
        var usable = prompt with { Tools = [.. prompt.Tools.Where(t => sources.MayUse(turn.Requester, turn.Playbook, t)), .. handOver.Select(t => t.Name)] };
        var asking = new BudgetChatClient(new OfferingChatClient(answering, usable, offer), budget, options.Model, prompt.Name);
        var client = Loop(new GatheringChatClient(asking, turn.Gather, tools, turn.Subjects ?? [], conversation.Handles), invoker);
        var settings = new ChatOptions { Tools = [.. tools, .. handOver, MoreTools.Create(usable.Tools, prompt.Body)], Temperature = prompt.Temperature, MaxOutputTokens = prompt.MaxOutputTokens };

        ChatMessage[] sent = [await SystemMessageAsync(prompt, turn, task, conversation, cancellationToken), .. conversation.History(options.Limits.HistoryTurns, options.Limits.HistoryTurnsWithTools), new(ChatRole.User, task.Part is { } part ? $"{task.Text}\n{part.Words}" : task.Text)];
        var draft = await AskAsync(client, invoker, sent, settings, conversation, asked, [], gate, cancellationToken);
        if (draft.Fault(gate.Given) is { } fault)
        {
            var again = await AskAsync(client, invoker, [.. sent, .. draft.Messages, new(ChatRole.User, fault)], settings, conversation, asked, draft.Messages, gate, cancellationToken);
            draft = again.WithUsage(draft.Usage);
        }

        var final = Settled(draft, gate.Given);
        return new SpecialistAnswer(prompt.Name, final, WithText(draft.Messages, final), draft.Report, invoker.Calls, draft.Usage, answering.Models.Count > 0 ? answering.Models : [model.For(prompt.Name).Label], answering.Notices)
        {
            Given = gate.Given,
            Shown = gate.Shown,
            Evidence = draft.Evidence,
            Handovers = HandOver.In(prompt.Name, invoker.Evidence),
        };
    }

    /// <summary>What is still not right is marked; what was given out stays as it is.</summary>
    private static string Settled(Draft draft, string given)
    {
        var marked = GroundingCheck.Mark(draft.Text, [.. draft.Report.Unbacked.Where(u => u.Figure.At.Start >= given.Length)]);
        marked = PolicyClaims.Mark(marked, draft.Evidence, given.Length);
        return given + DoneClaims.Correct(marked[given.Length..], draft.Evidence);
    }

    private static async ValueTask<string> GiveOutAsync(string sentence, Func<TurnEvent, ValueTask> report)
    {
        await report(new TurnEvent.Sentence(sentence));
        return sentence;
    }

    private static async Task<Draft> AskAsync(FunctionInvokingChatClient client, ToolInvoker invoker, IEnumerable<ChatMessage> sent, ChatOptions settings, Conversation conversation, string? asked, IReadOnlyList<ChatMessage> before, SentenceGate gate, CancellationToken cancellationToken)
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

        text = gate.Join(text);
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

    /// <summary>What a playbook gathers first and the closing answer, which are no rounds of the turn's budget: that counts, over all specialists.</summary>
    private const int BeyondRounds = 2;

    private FunctionInvokingChatClient Loop(IChatClient inner, ToolInvoker invoker) => new(inner, loggers)
    {
        FunctionInvoker = invoker.InvokeAsync,
        MaximumIterationsPerRequest = options.Limits.MaxRounds + BeyondRounds,
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

    private async Task<ChatMessage> SystemMessageAsync(AgentPrompt prompt, TurnRequest turn, SpecialistTask task, Conversation conversation, CancellationToken cancellationToken) => new(ChatRole.System, $"""
        Specialist: {prompt.Name}
        Today: {clock.UtcNow:yyyy-MM-dd} (UTC; periods are stated in {turn.Tenant.TimeZone}). Home currency: {turn.Tenant.Currency.ToUpperInvariant()}. Mode: {(turn.Tenant.Livemode ? "live" : "test")}. Channel: {turn.Channel}.
        Asked by: {(turn.Playbook is null ? $"{turn.Requester.Name} ({string.Join(", ", turn.Requester.Roles)})" : "nobody; a playbook runs")}. May propose: {MayPropose(prompt, turn)}.

        {prompt.Body}{Beside(task)}{await RecapAsync(turn, conversation, cancellationToken)}
        """);

    private static string Beside(SpecialistTask task) => task.Beside.Count == 0 ? "" : "\n\nBesides you these specialists are asked the same and answer their own part of it; answer only yours, and don't mention theirs:"
        + string.Concat(task.Beside.Select(p => $"\n- {p.Name}: {p.Description.ReplaceLineEndings(" ")}"));

    /// <summary>The operations of this specialist that the policy leaves to who asks.</summary>
    private string MayPropose(AgentPrompt prompt, TurnRequest turn) =>
        string.Join(", ", prompt.Tools.Where(t => !sources.ReadNames.Contains(t) && sources.MayPropose(turn.Requester, turn.Playbook, t))) is { Length: > 0 } some ? some : "nothing";

    /// <summary>What the history does not tell. Part of the system message, which a resumed task may find changed.</summary>
    private async Task<string> RecapAsync(TurnRequest turn, Conversation conversation, CancellationToken cancellationToken) => Recap.Of(
        conversation.IsCut(options.Limits.HistoryTurnsWithTools),
        conversation.IsCut(options.Limits.HistoryTurns) ? options.Limits.HistoryTurns : null,
        conversation.KnownHandles,
        () => conversation.EvidenceWith([], null).Subjects,
        conversation.HasHistory ? await sources.ProposalsOfConversationAsync(turn.Tenant, turn.ConversationId, cancellationToken) : [],
        conversation.Handles);

    private sealed record Draft(string Text, IReadOnlyList<ChatMessage> Messages, Evidence Evidence, GroundingReport Report, UsageDetails Usage)
    {
        /// <summary>What the model is asked to put right; null when all is well.</summary>
        /// <param name="given">The beginning that was given out already.</param>
        public string? Fault(string given) => (Report.Unbacked, DoneClaims.In(Text, Evidence), PolicyClaims.In(Text, Evidence)) switch
        {
            ({ Count: > 0 } unbacked, _, _) => GroundingCheck.CorrectionRequest(unbacked, given),
            (_, { Count: > 0 } claims, _) => DoneClaims.CorrectionRequest(claims, given),
            (_, _, { Count: > 0 } claims) => PolicyClaims.CorrectionRequest(claims, given),
            _ => null,
        };

        public Draft WithUsage(UsageDetails earlier)
        {
            Usage.Add(earlier);
            return this;
        }
    }
}
