using BillingCopilot.Agents.Text;

namespace BillingCopilot.Agents.Grounding;

public enum FigureKind
{
    Amount,
    Percent,
    Date,
    Id,
    Count,

    /// <summary>Words in quotation marks, which must be somebody's words.</summary>
    Quote,
}

/// <summary>Something in a text that can be right or wrong.</summary>
/// <param name="At">Where it stands.</param>
/// <param name="Text">As written: <c>$120.00</c>.</param>
/// <param name="Value">Normal form: <c>12000 usd</c>, <c>2026-03-01</c>, <c>LUM-0042</c>.</param>
/// <param name="Number">Magnitude of an amount, percentage or count, without its sign; null when it has none or it can't be read as one.</param>
/// <param name="Currency">Lower-case code; null when the text names none.</param>
/// <param name="About">The text says that it is rounded: "about $400".</param>
public sealed record Figure(Span At, string Text, FigureKind Kind, string Value, decimal? Number = null, string? Currency = null, bool About = false)
{
    /// <summary>What a count counts, as written behind it; null where nothing is.</summary>
    public string? Noun { get; init; }

    /// <summary>True when this is the other, rounded to the last digit that is written: $400 for $399.00, 1,200 for 1,234.</summary>
    public bool Rounds(Figure exact)
    {
        if (!About || Kind != exact.Kind || Number is not { } written || exact.Number is not { } value || written == 0 || !Currencies.May(Currency, exact.Currency))
        {
            return false;
        }

        var unit = 0.01m;
        while (written % (unit * 10) == 0)
        {
            unit *= 10;
        }

        return Math.Abs(value - written) <= unit / 2;
    }

    /// <summary>True when both say the same; an amount without a currency agrees with any.</summary>
    public bool Agrees(Figure other) => Kind == FigureKind.Amount && other.Kind == FigureKind.Amount
        ? Number is not null && Number == other.Number && Currencies.May(Currency, other.Currency)
        : Kind == other.Kind && (Number is not null || Kind is not (FigureKind.Count or FigureKind.Percent)) && string.Equals(Value, other.Value, StringComparison.OrdinalIgnoreCase);
}
