using System.Globalization;
using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>What a business sets in Stripe's dashboard about its billing; kept as an object that no API shows.</summary>
internal sealed record BillingSettings
{
    public const string Id = "_billing_settings";

    private static readonly Dictionary<string, string[]> Choices = new(StringComparer.Ordinal)
    {
        ["after_retries"] = ["cancel", "unpaid", "past_due"],
        ["invoice_after_retries"] = ["leave", "uncollectible"],
    };

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

    private static BillingSettings Read(JsonObject saved) => new()
    {
        AfterRetries = saved.Id("after_retries"),
        InvoiceAfterRetries = saved.Id("invoice_after_retries"),
        Attempts = saved.Whole("attempts"),
        RetryDays = saved.Whole("retry_days"),
        UpcomingDays = saved.Whole("upcoming_days"),
        SentGraceDays = saved.Whole("sent_grace_days"),
    };

    /// <summary>These settings with some changed.</summary>
    /// <exception cref="ApiError">A name is unknown, or a value is not one of those that it takes.</exception>
    public BillingSettings With(JsonObject changes)
    {
        var json = ToJson();
        foreach (var (name, value) in changes)
        {
            if (name.StartsWith('_') || name is "id" or "object" || !json.ContainsKey(name))
            {
                throw ApiError.Invalid($"Unknown setting '{name}'. Known: {string.Join(", ", json.Select(p => p.Key).Skip(2))}.", name);
            }

            json[name] = Choices.TryGetValue(name, out var choices) ? OneOf(choices, name, value) : Number(name, value);
        }

        return Read(json);
    }

    private static JsonNode OneOf(string[] choices, string name, JsonNode? value) => choices.Contains(value?.ToString())
        ? value!.ToString()
        : throw ApiError.Invalid($"'{value}' is no {name}: write one of {string.Join(", ", choices)}.", name);

    private static JsonNode Number(string name, JsonNode? value) =>
        long.TryParse(value?.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && (number > 0 || name == "upcoming_days")
            ? number
            : throw ApiError.Invalid($"'{value}' is no {name}: write a whole number above 0.", name);

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
