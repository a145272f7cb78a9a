using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using BillingCopilot.Agents.Coordination;
using BillingCopilot.Agents.Grounding;
using BillingCopilot.Agents.Handles;
using BillingCopilot.Agents.Journal;
using BillingCopilot.Agents.Models;
using BillingCopilot.Agents.Prompts;
using BillingCopilot.Agents.Text;
using BillingCopilot.Agents.Tools;
using BillingCopilot.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.AI;

namespace BillingCopilot.Agents.Turns;

/// <summary>
/// Runs one turn from the asker's words to a checked answer, and keeps the conversation. Run again for the same
/// task, it replays what was journaled and ends in the same answer.
/// </summary>
public sealed class TurnRunner(CopilotDbFactory databases, PromptRegistry prompts, Specialist specialist, ToolSources sources, ChatModel model, TurnAudits audits, BusinessClock clock, AgentOptions options, TimeProvider time)
{
    private readonly TurnGate _turns = new();

    // One for each set of active prompts: its index of examples is dear.
    private readonly ConditionalWeakTable<IReadOnlyDictionary<string, AgentPrompt>, Coordinator> _coordinators = [];

    /// <summary>Who answers what no specialist takes.</summary>
    public const string CoordinatorName = "coordinator";

    /// <param name="onEvent">Hears what happens while it runs; sentences come checked and are never retracted. May be null.</param>
    public async Task<TurnAnswer> RunAsync(TurnRequest request, Func<TurnEvent, ValueTask>? onEvent, CancellationToken cancellationToken)
    {
        // Two turns at once would both issue the next handle, and each would answer without the other's words.
        using var turn = await _turns.EnterAsync((request.Tenant.Id, request.ConversationId), cancellationToken);
        return await RunAloneAsync(request, onEvent, cancellationToken);
    }

    private async Task<TurnAnswer> RunAloneAsync(TurnRequest request, Func<TurnEvent, ValueTask>? onEvent, CancellationToken cancellationToken)
    {
        var report = onEvent ?? (static _ => ValueTask.CompletedTask);
        var budget = new TurnBudget(options, time);
        var (conversation, record) = await OpenAsync(request, cancellationToken);
        using (record)
        {
            try
            {
                return await AnswerAsync(request, conversation, record, budget, report, cancellationToken);
            }
            catch
            {
                await record.WriteWhatCanBeAsync();
                throw;
            }
        }
    }

    private async Task<(Conversation Conversation, TurnRecord Record)> OpenAsync(TurnRequest request, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(request.Tenant);
        await db.Database.OpenConnectionAsync(cancellationToken); // once for all that is read
        var conversation = await Conversation.OpenAsync(db, request, clock.UtcNow, cancellationToken);
        var record = await TurnRecord.OpenAsync(db, databases, audits, request.ConversationId, request.TaskId, request.Attempt, conversation.Handles, clock, cancellationToken);
        if (conversation.Begun is { } row)
        {
            record.Add(row);
        }

        return (conversation, record);
    }

    private async Task<TurnAnswer> AnswerAsync(TurnRequest request, Conversation conversation, TurnRecord record, TurnBudget budget, Func<TurnEvent, ValueTask> report, CancellationToken cancellationToken)
    {
        var incoming = TypedReferences.TakeIn(request.Text, conversation.Handles);
        incoming = incoming with { Text = Framed(incoming.Text, request, conversation.Handles) };
        var routing = await RouteAsync(request, incoming.Text, conversation, record, budget, cancellationToken);
        var (agents, reply) = (routing.Agents, routing.Reply);
        await report(new TurnEvent.Routed(agents.Count == 0 ? CoordinatorName : string.Join('+', agents.Select(a => a.Name)), routing.Certainty));

        var answers = await AskedAsync(agents, request, incoming, conversation, record, budget, report, cancellationToken);
        var shown = answers.Count > 0 ? answers[0].Shown : "";

        ChatMessage[] messages = [new(ChatRole.User, incoming.Text), .. answers.SelectMany(a => a.Messages), .. reply is null ? [] : new ChatMessage[] { new(ChatRole.Assistant, reply) }];
        var composed = await ComposeAsync(request, incoming, conversation, routing, answers, messages, cancellationToken);
        var answer = WithLimit(composed with { Spent = budget.Spent(answers.Sum(a => a.Calls.Count)) });
        await record.WriteAsync(
            (db, token) => Conversation.SaveAsync(db, request, messages, answers.Count == 0 ? conversation.LastAgent : answer.Agent, clock.UtcNow, token),
            cancellationToken);

        var rest = answer.Text[shown.Length..];
        var from = 0;
        foreach (var sentence in Sentences.Split(rest))
        {
            await report(new TurnEvent.Sentence(rest[from..sentence.End]));
            from = sentence.End;
        }

        await report(new TurnEvent.Finished(answer));
        return answer;
    }

    /// <summary>
    /// Those who were chosen answer side by side; after them, side by side as well, those whom they hand a part over to:
    /// each once, for the same requester, and without handing on.
    /// </summary>
    private async Task<List<SpecialistAnswer>> AskedAsync(IReadOnlyList<AgentPrompt> agents, TurnRequest request, IncomingText incoming, Conversation conversation, TurnRecord record, TurnBudget budget, Func<TurnEvent, ValueTask> report, CancellationToken cancellationToken)
    {
        // An answer of one alone is given out as it is written; of several it is put together first.
        var streams = agents.Count == 1 && incoming.CardNumbersRemoved == 0;
        AgentPrompt[] others = [.. prompts.ActiveFor(request.Tenant).Values.Where(p => agents.All(a => a.Name != p.Name)).OrderBy(p => p.Name, StringComparer.Ordinal)];
        Task<List<SpecialistAnswer>> AnswersAsync(IEnumerable<(AgentPrompt Agent, SpecialistTask Task)> asked) =>
            SideBySideAsync(asked, (agent, task, told) => specialist.AnswerAsync(agent, request, task, conversation, record, budget, told, cancellationToken), report, cancellationToken);

        var answers = await AnswersAsync(agents.Select(a => (a, new SpecialistTask(incoming.Text, others, streams) { Beside = [.. agents.Where(b => b.Name != a.Name)] })));
        var parts = answers.SelectMany(a => a.Handovers).Where(h => others.Any(o => o.Name == h.To)).DistinctBy(h => h.To).ToList();
        if (parts.Count > 0)
        {
            await report(new TurnEvent.Routed(string.Join('+', answers.Select(a => a.Agent).Concat(parts.Select(p => p.To))), 1));
            answers.AddRange(await AnswersAsync(parts.Select(p => (others.Single(o => o.Name == p.To), new SpecialistTask(incoming.Text, [], Streams: false, p) { Operations = OperationsFor(p) }))));
        }

        return answers;

        // Who named the specialist named what may be proposed: handing over widens it by nothing but reads.
        IReadOnlySet<string>? OperationsFor(Handover part) => request.Playbook is null && request.Agent is null
            ? null
            : agents.Single(a => a.Name == part.From).Tools.Where(t => !sources.ReadNames.Contains(t)).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Several specialists work at once; what they report comes one after the other. When one fails, so does the turn, after all have ended.</summary>
    private static async Task<List<SpecialistAnswer>> SideBySideAsync(IEnumerable<(AgentPrompt Agent, SpecialistTask Task)> asked, Func<AgentPrompt, SpecialistTask, Func<TurnEvent, ValueTask>, Task<SpecialistAnswer>> answer, Func<TurnEvent, ValueTask> report, CancellationToken cancellationToken)
    {
        using var speaking = new SemaphoreSlim(1, 1);
        async ValueTask InTurnAsync(TurnEvent e)
        {
            await speaking.WaitAsync(cancellationToken);
            try
            {
                await report(e);
            }
            finally
            {
                speaking.Release();
            }
        }

        return [.. await Task.WhenAll(asked.Select(a => answer(a.Agent, a.Task, InTurnAsync)))];
    }

    private async Task<Routing> RouteAsync(TurnRequest request, string text, Conversation conversation, TurnRecord record, TurnBudget budget, CancellationToken cancellationToken)
    {
        var active = prompts.ActiveFor(request.Tenant);
        if (request.Agent is not null)
        {
            return active.TryGetValue(request.Agent, out var named)
                ? new Routing([named], 1)
                : throw new ArgumentException($"There is no specialist '{request.Agent}'; there are: {string.Join(", ", active.Keys.Order(StringComparer.Ordinal))}.", nameof(request));
        }

        var coordinator = _coordinators.GetValue(active, static agents => new Coordinator(agents));
        var route = coordinator.Decide(text, conversation.LastAgent);
        var certainty = route.Ranked.Count > 0 ? route.Ranked[0].Certainty : 0;
        switch (route)
        {
            case Route.To to:
                return new Routing([.. to.Agents.Select(a => active[a])], certainty);
            case Route.None none:
                return new Routing([], certainty, none.Answer);
            case Route.Unclear { Answer: { } question } when model.For(CoordinatorName).IsRules:
                return new Routing([], certainty, question);
            case Route.Unclear unclear:
                AgentPrompt[] candidates = [.. unclear.Candidates.Select(c => active[c])];
                var (choice, router) = await ChosenAsync(request, text, candidates, record, budget, cancellationToken);
                return choice switch
                {
                    { Agents: [] } => new Routing([], certainty, coordinator.OutOfScope) { Router = router },
                    { Agents: var chosen } => new Routing([.. chosen.Select(a => active[a])], certainty) { Router = router },
                    null => new Routing([candidates[0]], certainty) { Router = router },
                };
            default:
                throw new InvalidOperationException($"Unknown route {route.GetType().Name}.");
        }
    }

    /// <summary>A model's choice among the candidates; journaled and audited like every answer of one. The rules make none.</summary>
    private async Task<(RouteArbiter.Choice? Choice, RouterShare Share)> ChosenAsync(TurnRequest request, string text, AgentPrompt[] candidates, TurnRecord record, TurnBudget budget, CancellationToken cancellationToken)
    {
        var router = model.For(CoordinatorName);
        if (router.IsRules)
        {
            return (null, RouterShare.None);
        }

        var journal = new TaskJournal(record, request.Tenant, CoordinatorName, clock);
        var audit = new TurnAudit(record, request, new PromptIdentity(CoordinatorName, RouteArbiter.PromptVersion, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(RouteArbiter.InstructionFor(candidates))))), router.Label);
        var answering = new JournalingChatClient(new UnansweredRouteChatClient(new AuditingChatClient(new TimeLimitChatClient(router.Client, budget), audit)), journal, CoordinatorName);
        var (choice, usage) = await new RouteArbiter(router).ChooseAsync(new BudgetChatClient(answering, budget, options.Model, CoordinatorName), text, candidates, cancellationToken);
        return (choice, new RouterShare(answering.Models.Count > 0 ? answering.Models : choice is null ? [] : [router.Label], answering.Notices, usage));
    }

    /// <summary>Who takes a turn.</summary>
    /// <param name="Reply">The answer where nobody does.</param>
    private sealed record Routing(IReadOnlyList<AgentPrompt> Agents, double Certainty, string? Reply = null)
    {
        public RouterShare Router { get; init; } = RouterShare.None;
    }

    /// <summary>What the answer owes to the model that chose who takes it.</summary>
    private sealed record RouterShare(IReadOnlyList<string> Models, IReadOnlyList<string> Notices, UsageDetails? Usage)
    {
        public static RouterShare None { get; } = new([], [], null);
    }

    private async Task<TurnAnswer> ComposeAsync(TurnRequest request, IncomingText incoming, Conversation conversation, Routing routing, List<SpecialistAnswer> answers, ChatMessage[] messages, CancellationToken cancellationToken)
    {
        var evidence = answers is [{ Evidence: var checkedAgainst }] ? checkedAgainst : conversation.EvidenceWith(messages.Skip(1), request.Playbook is null ? incoming.Text : null);
        var (shown, given) = answers is [var first, ..] ? (first.Shown, first.Given) : ("", "");
        var rest = (routing.Reply ?? Joined(answers))[given.Length..];
        var text = (incoming.CardNumbersRemoved > 0 ? CardNotice + "\n\n" : "") + shown + AnswerWriter.TextFor(rest, conversation.Handles, evidence)
            + string.Concat(routing.Router.Notices.Concat(answers.SelectMany(a => a.Notices)).Distinct().Select(n => $"\n({n})"));
        Receipt[] receipts = [.. answers.SelectMany(a => AnswerWriter.Receipts(a.Report, conversation.Handles, evidence)).Distinct()];
        return new TurnAnswer(
            request.ConversationId,
            request.TaskId,
            answers.Count == 0 ? CoordinatorName : string.Join('+', answers.Select(a => a.Agent)),
            text,
            [.. answers.SelectMany(a => a.Calls)],
            receipts,
            [.. AnswerWriter.Citations(text, receipts, evidence.Calls)],
            answers.Any(a => a.Calls.Any(c => !sources.ReadNames.Contains(c.Name))) ? await sources.ProposalsOfTaskAsync(request.Tenant, request.TaskId, cancellationToken) : [],
            [.. answers.SelectMany(a => a.Report.Unbacked).Select(u => u.Figure.Text)],
            routing.Router.Models.Concat(answers.SelectMany(a => a.Models)).Distinct().ToArray() is { Length: > 0 } models ? string.Join('+', models) : model.Label,
            (int)(answers.Sum(a => a.Usage.InputTokenCount ?? 0) + (routing.Router.Usage?.InputTokenCount ?? 0)),
            (int)(answers.Sum(a => a.Usage.OutputTokenCount ?? 0) + (routing.Router.Usage?.OutputTokenCount ?? 0)));
    }

    /// <summary>Says which limit ended the turn, where its words don't.</summary>
    private static TurnAnswer WithLimit(TurnAnswer answer) => answer.Spent?.Stopped is not { } limit || answer.Text.Contains(limit, StringComparison.Ordinal)
        ? answer
        : answer with { Text = $"{answer.Text}\n(This turn has used its {limit}. Ask for what is missing in the next message.)" };

    private const string CardNotice = "I removed a card number from your message; it was neither stored nor sent on. Please never send card numbers here.";

    private static string Joined(List<SpecialistAnswer> answers)
    {
        if (answers is [var only])
        {
            return only.Text;
        }

        // A closing line that all of them share (who speaks) is said once.
        string[] closing = [.. answers.Select(a => a.Text[(a.Text.LastIndexOf('\n') + 1)..])];
        var shared = closing.Distinct().Count() == 1 && answers.All(a => a.Text.Length > closing[0].Length + a.Given.Length) ? closing[0] : "";
        return string.Join("\n\n", answers.Select(a => Part(a, shared.Length))) + (shared.Length > 0 ? "\n" + shared : "");
    }

    /// <summary>An answer under its specialist's name; without one where its beginning was read already.</summary>
    private static string Part(SpecialistAnswer answer, int closing)
    {
        var text = answer.Text[..^closing];
        return answer.Given.Length > 0
            ? answer.Given + text[answer.Given.Length..].TrimEnd()
            : $"{char.ToUpperInvariant(answer.Agent[0])}{answer.Agent[1..]}: {text.TrimEnd()}";
    }

    /// <summary>Says which playbook speaks, and hands out the handles of what it is about.</summary>
    private static string Framed(string text, TurnRequest request, HandleMap handles)
    {
        var framed = request.Playbook is null ? text : $"Playbook {request.Playbook}.\n{text}";
        return request.Subjects is not { Count: > 0 } subjects
            ? framed
            : $"{framed}\nThis is about: {string.Join(", ", subjects.Select(s => $"{HandleMap.KindName(s.Kind).Replace('_', ' ')} {handles.HandleFor(s)}"))}.";
    }
}
