using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>What all customers of the world share: the account, its catalogue and the course of time.</summary>
internal sealed class Books(AccountState account, Catalogue catalogue)
{
    private static readonly long EventsSince = Calendar.NowUnix - 30 * Calendar.Day;

    public AccountState Account { get; } = account;

    public Catalogue Catalogue { get; } = catalogue;

    public Timeline Timeline { get; } = new(Calendar.NowUnix);

    /// <summary>Adds an object and, within the last 30 days, the event that announces it.</summary>
    public void Add(StripeIds ids, long at, JsonObject value, string? eventType = null)
    {
        Account.Put(value);
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
            Account.Put(EventObject.Create(ids.Next("evt", at), at, type, subject, previous));
        }
    }
}
