using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Storage;

namespace BillingCopilot.Unit.Governance.Fakes;

/// <summary>A billing system in memory: replays idempotency keys, and keeps a ledger of what really happened.</summary>
public sealed class FarSide : IWriteClients
{
    private readonly Lock _lock = new();

    public Dictionary<string, long> Remaining { get; } = new() { ["in_1"] = 50_000, ["in_2"] = 50_000 };

    /// <summary>Key, invoice and amount of each effect.</summary>
    public List<(string Key, string Proposal, string Invoice, Money Amount)> Effects { get; } = [];

    public List<string> Sent { get; } = [];

    /// <summary>Runs after the guards were asked and before anything leaves: a slow read, a queue.</summary>
    public Func<Task> Preparing { get; set; } = () => Task.CompletedTask;

    /// <summary>Runs before the effect of a call; may throw.</summary>
    public Func<int, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>Runs after the effect of a call; may throw, so that the answer is lost.</summary>
    public Func<int, Task> After { get; set; } = _ => Task.CompletedTask;

    /// <summary>Why nothing can be written; null when it can.</summary>
    public Refusal? Unable { get; set; }

    /// <summary>Whose invoices these are.</summary>
    public string Customer { get; set; } = "cus_1";

    /// <summary>Whose an invoice is, where it is another's.</summary>
    public Dictionary<string, string> CustomerOf { get; } = [];

    /// <summary>What goes with an effect was completed this often.</summary>
    public int Finished { get; set; }

    /// <summary>Previews read this invoice, whatever they were asked about; null for the right one.</summary>
    public string? ReadsAnother { get; set; }

    /// <summary>A deadline of the far side's own.</summary>
    public DateTimeOffset? TooLateAt { get; set; }

    public bool ForgetsKeys { get; set; }

    public int Reads { get; private set; }

    public Func<ExecutionResult>? Reconciles { get; set; }

    public TWriter Open<TWriter>(WriteGrant grant)
        where TWriter : class => (TWriter)(object)this;

    public Refusal? Refuse(TenantContext tenant) => Unable;

    /// <summary>Runs in each read.</summary>
    public Action? OnRead { get; set; }

    public long Read(string invoice)
    {
        Reads++;
        OnRead?.Invoke();
        return Remaining[invoice];
    }

    public async Task<ExecutionResult> CreditAsync(WriteGrant grant, string invoice, Money amount)
    {
        await Preparing();
        await grant.LeaveAsync(default);
        int call;
        lock (_lock)
        {
            Sent.Add(grant.IdempotencyKey);
            call = Sent.Count;
        }

        await Before(call);
        var result = Apply(grant, invoice, amount);
        await After(call);
        return result;
    }

    public ExecutionResult Find(WriteGrant grant)
    {
        if (Reconciles is not null)
        {
            return Reconciles();
        }

        lock (_lock)
        {
            return Effects.Any(e => e.Proposal == grant.ProposalId) ? Done() : new ExecutionResult.NotDone();
        }
    }

    private ExecutionResult Apply(WriteGrant grant, string invoice, Money amount)
    {
        lock (_lock)
        {
            if (!ForgetsKeys && Effects.Any(e => e.Key == grant.IdempotencyKey))
            {
                return Done();
            }

            if (Remaining[invoice] < amount.AmountMinor)
            {
                return new ExecutionResult.Failed(new Refusal("amount_too_large", "The invoice has less left than that.", RequestId: "req_refused"));
            }

            Remaining[invoice] -= amount.AmountMinor;
            Effects.Add((grant.IdempotencyKey, grant.ProposalId, invoice, amount));
            return Done();
        }
    }

    private static ExecutionResult.Executed Done() => new("cn_1", "Credited.", "req_1");
}
