using BillingCopilot.Storage;

namespace BillingCopilot.Bot.Hosting;

/// <summary>Where ids come from: randomness when serving, a seed when the same command must give the same output.</summary>
internal static class Ids
{
    public static IdSource From(int? seed)
    {
        if (seed is not { } value)
        {
            return new IdSource();
        }

        var random = new Random(value);
        var gate = new Lock();
        return new IdSource(count =>
        {
            var bytes = new byte[count];
            lock (gate)
            {
                random.NextBytes(bytes);
            }

            return bytes;
        });
    }
}
