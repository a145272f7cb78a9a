namespace BillingCopilot.Sandbox.Objects;

/// <summary>
/// Makes ids of Stripe's shape: <c>cus_</c> and 14 characters, or <c>in_</c> and 24 (a digit, the time, ten
/// characters of the account, eight of its own).
/// </summary>
/// <param name="random">Where the characters come from; the same stream gives the same ids.</param>
/// <param name="accountId">The account whose characters the long ids carry.</param>
public sealed class StripeIds(SeededRandom random, string accountId)
{
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static readonly HashSet<string> Short = ["cus", "prod", "si"];
    private static readonly HashSet<string> PaymentSide = ["pi", "ch", "re", "pyr"];

    /// <summary>An account id: <c>acct_1</c> and 15 characters.</summary>
    public static string NewAccountId(SeededRandom random) => "acct_1" + Characters(random, 15);

    /// <summary>The next id of a kind.</summary>
    /// <param name="prefix">Without the underscore, such as <c>in</c>.</param>
    /// <param name="created">When the object comes to be, in Unix seconds: later objects read later.</param>
    public string Next(string prefix, long created) => prefix switch
    {
        _ when Short.Contains(prefix) => $"{prefix}_{Characters(random, 14)}",
        "mtr" => $"mtr_61{Characters(random, 28)}",
        _ => $"{prefix}_{(PaymentSide.Contains(prefix) ? '3' : '1')}{Time(created)}{accountId[^10..]}{Characters(random, 8)}",
    };

    /// <summary>Random letters and digits, for secrets and fingerprints.</summary>
    public string Characters(int count) => Characters(random, count);

    private static string Characters(SeededRandom random, int count) =>
        string.Create(count, random, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = Alphabet[(int)source.Between(0, Alphabet.Length - 1)];
            }
        });

    private static string Time(long created)
    {
        Span<char> digits = stackalloc char[5];
        for (var i = 4; i >= 0; i--, created /= 62)
        {
            digits[i] = Alphabet[(int)(created % 62)];
        }

        return new string(digits);
    }
}
