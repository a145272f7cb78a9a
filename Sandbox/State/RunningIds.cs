using System.Security.Cryptography;
using System.Text;

namespace BillingCopilot.Sandbox.State;

/// <summary>Ids in Stripe's shape, a pure function of the seed and a running number that the journal keeps.</summary>
internal sealed class RunningIds(int seed)
{
    private const string Letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>How many ids were given out.</summary>
    public long Count { get; set; }

    public string Next(string prefix)
    {
        Count++;
        // Customers, products and subscription items carry the short form.
        var (head, length) = prefix is "cus" or "prod" or "si" ? ("S", 13) : ("1S", 22);
        return $"{prefix}_{head}{Scramble($"{seed}:{prefix}:{Count}", length)}";
    }

    public string Characters(int length)
    {
        Count++;
        return Scramble($"{seed}:secret:{Count}", length);
    }

    private static string Scramble(string text, int length)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(text));
        return string.Create(length, hash, static (span, bytes) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = Letters[bytes[i % bytes.Length] % Letters.Length];
            }
        });
    }
}
