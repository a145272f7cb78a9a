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
    private long _tokens;
    private decimal? _cost = 0;
    private string? _stopped;
    private string? _ended;

    /// <summary>The limit that is reached, in words for the asker; null while there is room for one more answer of a model.</summary>
    public string? Exceeded()
    {
        lock (_gate)
        {
            return _stopped ??= _tokens >= options.Limits.MaxTokens ? $"{options.Limits.MaxTokens} tokens (Agents:MaxTokens)"
                : time.GetElapsedTime(_start).TotalSeconds >= options.Limits.MaxSeconds ? $"{options.Limits.MaxSeconds} seconds (Agents:MaxSeconds)"
                : options.Limits.MaxCost is { } most && _cost >= most ? $"${most} (Agents:MaxCost)"
                : null;
        }
    }

    /// <summary>A limit that something else counts ended a part of the turn: the rounds of a specialist, or its calls.</summary>
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
/// journaled, so that a resumed task goes on with a budget of its own.
/// </summary>
/// <param name="choice">Whose prices count.</param>
/// <param name="rounds">Rounds of tool calls after which the loop asks without tools; null for a model that never has any.</param>
internal sealed class BudgetChatClient(IChatClient inner, TurnBudget budget, ModelChoice choice, int? rounds = null) : WholeAnswerChatClient(inner)
{
    public override async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        if (rounds is { } most && options?.Tools is not { Count: > 0 })
        {
            budget.Reached($"{most} rounds of tool calls (Agents:MaxRounds)");
        }

        if (budget.Exceeded() is { } limit)
        {
            return new ChatResponse(new ChatMessage(ChatRole.Assistant, $"I stopped here: this turn has used its {limit}. What I proposed before stands and waits for a decision. Ask for one part at a time.")) { FinishReason = ChatFinishReason.Stop };
        }

        var response = await base.GetResponseAsync(messages, options, cancellationToken);
        budget.Add(response.Usage, choice);
        return response;
    }
}
