using BillingCopilot.Agents.Models;
using Microsoft.Extensions.AI;

namespace BillingCopilot.Agents.Turns;

/// <summary>What a turn used.</summary>
/// <param name="Rounds">Answers of models, calls for tools included.</param>
/// <param name="Calls">Tool calls.</param>
/// <param name="Seconds">From the question to the checked answer, on the process's clock.</param>
/// <param name="Cost">In US dollars; null when a model's price is not known.</param>
/// <param name="Stopped">Which limit ended it; null when none did.</param>
public sealed record TurnSpent(int Rounds, int Calls, double Seconds, decimal? Cost, string? Stopped);

/// <summary>Counts what one turn uses, over all its specialists, and says when a limit is reached.</summary>
/// <param name="options">The limits.</param>
public sealed class TurnBudget(AgentOptions options, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly long _start = time.GetTimestamp();
    private int _rounds;
    private int _toolRounds;
    private long _tokens;
    private decimal? _cost = 0;
    private string? _stopped;
    private string? _ended;

    private string Seconds => $"{options.Limits.MaxSeconds} seconds (Agents:MaxSeconds)";

    /// <summary>The limit that is reached, in words for the asker; null while there is room for one more answer of a model.</summary>
    public string? Exceeded()
    {
        lock (_gate)
        {
            return _stopped ??= _tokens >= options.Limits.MaxTokens ? $"{options.Limits.MaxTokens} tokens (Agents:MaxTokens)"
                : time.GetElapsedTime(_start).TotalSeconds >= options.Limits.MaxSeconds ? Seconds
                : options.Limits.MaxCost is { } most && _cost >= most ? $"${most} (Agents:MaxCost)"
                : null;
        }
    }

    /// <summary>Takes one of the turn's rounds of tool calls, which all its specialists and their corrections share; false when none is left.</summary>
    public bool TakeToolRound()
    {
        lock (_gate)
        {
            if (_toolRounds >= options.Limits.MaxRounds)
            {
                _ended ??= $"{options.Limits.MaxRounds} rounds of tool calls (Agents:MaxRounds)";
                return false;
            }

            _toolRounds++;
            return true;
        }
    }

    /// <summary>The round taken made no call.</summary>
    public void GiveBackToolRound()
    {
        lock (_gate)
        {
            _toolRounds--;
        }
    }

    /// <summary>Cancelled when the turn's seconds are over.</summary>
    public CancellationTokenSource TimeLeft()
    {
        var left = TimeSpan.FromSeconds(options.Limits.MaxSeconds) - time.GetElapsedTime(_start);
        return new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, time);
    }

    /// <summary>They were over while a model wrote; a timer may be early by some milliseconds.</summary>
    public void TimeIsOver()
    {
        lock (_gate)
        {
            _stopped ??= Seconds;
        }
    }

    /// <summary>A limit that something else counts ended a part of the turn: its calls.</summary>
    public void Reached(string limit)
    {
        lock (_gate)
        {
            _ended ??= limit;
        }
    }

    /// <summary>Counts an answer of a model.</summary>
    public void Add(UsageDetails? usage, ModelChoice model)
    {
        lock (_gate)
        {
            _rounds++;
            var (sent, written) = (usage?.InputTokenCount ?? 0, usage?.OutputTokenCount ?? 0);
            _tokens += sent + written;
            _cost += model.CostOf(sent, written);
        }
    }

    public TurnSpent Spent(int calls)
    {
        lock (_gate)
        {
            return new TurnSpent(_rounds, calls, Math.Round(time.GetElapsedTime(_start).TotalSeconds, 3), _cost, _stopped ?? _ended);
        }
    }
}

/// <summary>
/// Ends the tool loop when the turn's budget is used: in place of the model it says so. Its words are not
/// journaled, so that a resumed task goes on with a budget of its own. When the rounds of tool calls are used, the
/// model is asked once more without tools.
/// </summary>
/// <param name="agent">Who asks: its model's prices count, or those of the model that stood in.</param>
internal sealed class BudgetChatClient(IChatClient inner, TurnBudget budget, ModelOptions models, string agent) : WholeAnswerChatClient(inner)
{
    private const string Stopped = "I stopped here. What I proposed before stands and waits for a decision.";

    public override async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        if (budget.Exceeded() is not null)
        {
            return Ended();
        }

        ChatMessage[] sent = [.. messages];
        var withTools = options?.Tools is { Count: > 0 };
        var round = withTools && budget.TakeToolRound();
        ChatResponse response;
        try
        {
            response = await base.GetResponseAsync(sent, withTools && !round ? WithoutTools(options!) : options, cancellationToken);
        }
        catch (OutOfTimeException)
        {
            budget.TimeIsOver();
            return Ended();
        }

        if (round && !HasCalls(response))
        {
            budget.GiveBackToolRound();
        }

        var model = models.Answering(agent, response.ModelId);
        response.Usage = model.Label == ModelFactory.Rules ? response.Usage : TokenEstimate.Completed(response.Usage, sent, options, response);
        budget.Add(response.Usage, model);
        return response;
    }

    /// <summary>Which limit it was is said after the answer, where nothing is taken for a figure of the model's.</summary>
    private static ChatResponse Ended() => new(new ChatMessage(ChatRole.Assistant, Stopped)) { FinishReason = ChatFinishReason.Stop };

    private static ChatOptions WithoutTools(ChatOptions options)
    {
        var closing = options.Clone();
        (closing.Tools, closing.ToolMode) = (null, null);
        return closing;
    }

    private static bool HasCalls(ChatResponse response) => response.Messages.Any(m => m.Contents.Any(c => c is FunctionCallContent));
}

/// <summary>
/// Drops calls where no tool was offered: the loop would run them and ask again. It stands below the journal, so that a
/// call that was journaled is one that was run.
/// </summary>
internal sealed class UnofferedCallsChatClient(IChatClient inner) : WholeAnswerChatClient(inner)
{
    public override async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var response = await base.GetResponseAsync(messages, options, cancellationToken);
        if (options?.Tools is not { Count: > 0 })
        {
            response.Messages = [.. response.Messages.Select(WithoutCalls)];
        }

        return response;
    }

    /// <summary>A copy: the audit log records what the model really said.</summary>
    private static ChatMessage WithoutCalls(ChatMessage message)
    {
        var copy = message.Clone();
        copy.Contents = [.. message.Contents.Where(c => c is not FunctionCallContent)];
        return copy;
    }
}

/// <summary>Breaks an answer off when the turn's seconds are over. It stands next to the model: no write of the journal is broken off.</summary>
internal sealed class TimeLimitChatClient(IChatClient inner, TurnBudget budget) : WholeAnswerChatClient(inner)
{
    public override async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        using var over = budget.TimeLeft();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, over.Token);
        try
        {
            return await base.GetResponseAsync(messages, options, either.Token);
        }
        catch (Exception e) when (over.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new OutOfTimeException(e);
        }
    }
}

/// <summary>The turn's seconds were over before a model had answered.</summary>
internal sealed class OutOfTimeException(Exception inner) : TimeoutException("The turn's time was over before the model had answered.", inner);
