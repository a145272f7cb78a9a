using System.Globalization;

namespace BillingCopilot.Billing.Credits;

/// <summary>How long the policy refunds a charge, and where a charge stands in it.</summary>
/// <param name="Days">The day of the charge is day 0; the last day of the window is day <paramref name="Days"/>.</param>
/// <param name="ChargedOn">Day of the charge, in the tenant's time zone.</param>
/// <param name="Today">In the same zone.</param>
public sealed record RefundWindow(int Days, DateOnly ChargedOn, DateOnly Today)
{
    /// <summary>How words for a charge outside begin.</summary>
    public const string Outside = "Outside";

    /// <summary>Days since the charge.</summary>
    public int Day => Today.DayNumber - ChargedOn.DayNumber;

    public DateOnly LastDay => ChargedOn.AddDays(Days);

    public bool IsOpen => Day <= Days;

    /// <summary>For a card.</summary>
    /// <param name="courtesy">Most courtesy credit that policy.yaml allows in this currency; null for none.</param>
    public string Says(Money? courtesy) => IsOpen
        ? string.Create(CultureInfo.InvariantCulture, $"Inside: day {Day} of {Days}, open until {LastDay:yyyy-MM-dd}.")
        : string.Create(CultureInfo.InvariantCulture, $"{Outside}: day {Day}, and the {Days} days ended on {LastDay:yyyy-MM-dd}. Only what the policy excepts may still be refunded. Left without an exception: a credit note where the invoice is wrong{(courtesy is { } most ? $", courtesy credit of at most {most.ToDisplayText()}" : "")}.");
}
