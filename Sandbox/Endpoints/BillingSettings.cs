using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>What a business sets in Stripe's dashboard about its billing; kept as an object that no API shows.</summary>
internal sealed record BillingSettings
{
    public const string Id = "_billing_settings";

    /// <summary>What becomes of a subscription when the last retry failed: <c>cancel</c>, <c>unpaid</c> or <c>past_due</c>.</summary>
    public string AfterRetries { get; init; } = "cancel";

    /// <summary>What becomes of the invoice: <c>leave</c> or <c>uncollectible</c>.</summary>
    public string InvoiceAfterRetries { get; init; } = "leave";

    /// <summary>Automatic attempts, the first included. Stripe's default is eight.</summary>
    public long Attempts { get; init; } = 8;

    /// <summary>Days in which the attempts lie. Stripe's default is two weeks.</summary>
    public long RetryDays { get; init; } = 14;

    /// <summary>Days before a renewal at which <c>invoice.upcoming</c> is sent; 0 for never.</summary>
    public long UpcomingDays { get; init; } = 7;

    /// <summary>Days past its due date after which a sent invoice is given up.</summary>
    public long SentGraceDays { get; init; } = 30;

    public static BillingSettings Of(UnitOfWork unit) => Of(unit.State);

    public static BillingSettings Of(AccountState account) => account.Find(Id) is { } saved ? Read(saved) : new BillingSettings();

    public static BillingSettings Read(JsonObject saved)
    {
        var usual = new BillingSettings();
        return new BillingSettings
        {
            AfterRetries = saved.Text("after_retries") ?? usual.AfterRetries,
            InvoiceAfterRetries = saved.Text("invoice_after_retries") ?? usual.InvoiceAfterRetries,
            Attempts = saved["attempts"]?.Whole() ?? usual.Attempts,
            RetryDays = saved["retry_days"]?.Whole() ?? usual.RetryDays,
            UpcomingDays = saved["upcoming_days"]?.Whole() ?? usual.UpcomingDays,
            SentGraceDays = saved["sent_grace_days"]?.Whole() ?? usual.SentGraceDays,
        };
    }

    public JsonObject ToJson() => new()
    {
        ["id"] = Id,
        ["object"] = Id,
        ["after_retries"] = AfterRetries,
        ["invoice_after_retries"] = InvoiceAfterRetries,
        ["attempts"] = Attempts,
        ["retry_days"] = RetryDays,
        ["upcoming_days"] = UpcomingDays,
        ["sent_grace_days"] = SentGraceDays,
    };
}
