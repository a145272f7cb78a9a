using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.Worlds.Lumen.Finance;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>
/// What one customer or seller leaves behind in the account, and the course of its time. Each has its own: lives
/// touch nothing of each other, so they can run side by side and in any order.
/// </summary>
internal sealed class Books(string accountId, Catalogue catalogue, Settlement settlement)
{
    private static readonly long EventsSince = Calendar.NowUnix - 30 * Calendar.Day;

    public string AccountId => accountId;

    /// <summary>Whose life it is, by name.</summary>
    public string Counterparty { get; init; } = "";

    /// <summary>The connected account of a seller; null for a customer.</summary>
    public string? ConnectedAccount { get; set; }

    public Catalogue Catalogue => catalogue;

    public Timeline Timeline { get; } = new(Calendar.NowUnix);

    /// <summary>In the order they were made.</summary>
    public List<JsonObject> Objects { get; } = [];

    /// <summary>How a card answers its next charge, by payment method.</summary>
    public Dictionary<string, string> PaymentBehaviours { get; } = new(StringComparer.Ordinal);

    /// <summary>How often each coupon was used.</summary>
    public Dictionary<string, long> Redeemed { get; } = new(StringComparer.Ordinal);

    public void Put(JsonObject value) => Objects.Add(value);

    /// <summary>Adds an object and, within the last 30 days, the event that announces it.</summary>
    public void Add(StripeIds ids, long at, JsonObject value, string? eventType = null)
    {
        Put(value);
        if (eventType is not null)
        {
            Emit(ids, at, eventType, value);
        }
    }

    /// <summary>Records an event; Stripe keeps them for 30 days.</summary>
    public void Emit(StripeIds ids, long at, string type, JsonObject subject, JsonObject? previous = null)
    {
        if (at >= EventsSince)
        {
            Put(EventObject.Create(ids.Next("evt", at), at, type, subject, previous));
        }
    }

    /// <summary>Books a movement of the account's balance and returns its id.</summary>
    /// <param name="amount">Minor units; negative takes from the balance.</param>
    /// <param name="wait">True for money of cards, which can be paid out two days later.</param>
    public string Move(StripeIds ids, long at, long amount, string currency, string source, string type, string? description, long fee = 0, bool wait = true)
    {
        var available = wait ? Settlement.AvailableOn(at) : at;
        return Book(new BalanceTransactionSpec
        {
            Id = ids.Next("txn", at),
            Created = at,
            Amount = amount,
            Currency = currency,
            Type = type,
            Source = source,
            AvailableOn = available,
            Pending = available > Calendar.NowUnix,
            Fees = fee == 0 ? [] : [new FeeSpec(fee)],
            Description = description,
        }).Id();
    }

    /// <summary>Books a movement as it is described.</summary>
    public JsonObject Book(BalanceTransactionSpec spec)
    {
        var transaction = BalanceTransactionObject.Create(spec);
        settlement.Link(transaction);
        Put(transaction);
        return transaction;
    }

    /// <summary>How the movements should stand in Lumen's own books.</summary>
    public IEnumerable<LedgerEntry> Entries() => Objects
        .Where(value => value.Text("object") == "balance_transaction")
        .Select(movement => Ledger.Of(movement, Counterparty, ConnectedAccount))
        .OfType<LedgerEntry>();
}
