using System.Globalization;

namespace BillingCopilot.Sandbox.State;

/// <summary>
/// How a card or a customer answers over time, which no object shows. Written as words in
/// <see cref="AccountState.PaymentBehaviours"/>: under a card's id <c>insufficient_funds until=1793600000</c> (declines
/// until that Unix second, then pays), <c>ok from=1793600000:expired_card</c> (pays until then, then declines),
/// <c>renewed</c> (the network gives it a new expiry when it runs out); under a
/// customer's id <c>asked=portal_link:7200,mail:86400</c> (gives a card that pays so many seconds after being asked so)
/// and <c>sent=432000</c> (pays a sent invoice after so many seconds).
/// </summary>
public sealed record PaymentBehaviour
{
    /// <summary>The answer that lets a charge through.</summary>
    public const string Pays = "ok";

    /// <summary>A decline code or <see cref="Pays"/>; null leaves it to the card, which declines once it has expired.</summary>
    public string? Answer { get; init; }

    /// <summary>Unix seconds from which a card that declines pays again; null for never.</summary>
    public long? Until { get; init; }

    /// <summary>Unix seconds and the answer from then on.</summary>
    public (long At, string Answer)? From { get; init; }

    /// <summary>Whether the network renews the card when it expires.</summary>
    public bool Renewed { get; init; }

    /// <summary>Ways of asking that move the customer, each with the seconds until the answer.</summary>
    public IReadOnlyDictionary<string, long> Asked { get; init; } = new Dictionary<string, long>();

    /// <summary>Seconds after which a sent invoice is paid; null for never.</summary>
    public long? PaysSentAfter { get; init; }

    /// <summary>The behaviour of a card or customer; an unlisted one does nothing of note.</summary>
    public static PaymentBehaviour Of(AccountState account, string id) =>
        account.PaymentBehaviours.TryGetValue(id, out var words) ? Parse(words) : new PaymentBehaviour();

    /// <summary>Reads the words.</summary>
    /// <exception cref="FormatException">A word is unknown or its number unreadable.</exception>
    public static PaymentBehaviour Parse(string words)
    {
        var result = new PaymentBehaviour();
        foreach (var word in words.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var cut = word.IndexOf('=', StringComparison.Ordinal);
            var value = word[(cut + 1)..];
            result = (cut < 0 ? "" : word[..cut]) switch
            {
                "" when word == "renewed" => result with { Renewed = true },
                "" => result with { Answer = word },
                "until" => result with { Until = Number(value) },
                "from" => result with { From = (Number(value.Split(':')[0]), value.Split(':')[1]) },
                "sent" => result with { PaysSentAfter = Number(value) },
                "asked" => result with { Asked = value.Split(',').Select(a => a.Split(':')).ToDictionary(a => a[0], a => Number(a[1]), StringComparer.Ordinal) },
                _ => throw new FormatException($"Unknown word '{word}' of a payment behaviour. Known: a decline code, ok, renewed, until=, from=, asked=, sent=."),
            };
        }

        return result;
    }

    /// <summary>What the card answers at an instant (Unix seconds): a decline code, <see cref="Pays"/>, or null for what the card itself says.</summary>
    public string? At(long now) =>
        From is { } from && now >= from.At ? from.Answer
        : Until is { } until && now >= until ? Pays
        : Answer;

    private static long Number(string text) => long.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
}
