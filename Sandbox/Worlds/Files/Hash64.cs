namespace BillingCopilot.Sandbox.Worlds.Files;

/// <summary>A 64-bit hash that is the same in every process.</summary>
internal static class Hash64
{
    public static ulong Of(string text) => Finish(Add(14695981039346656037UL, text));

    /// <summary>Of a field's path and its value.</summary>
    public static ulong Of(string path, string value) => Finish(Add(Add(Add(14695981039346656037UL, path), "="), value));

    private static ulong Add(ulong hash, string text)
    {
        foreach (var letter in text)
        {
            hash = unchecked((hash ^ letter) * 1099511628211UL);
        }

        return hash;
    }

    private static ulong Finish(ulong value)
    {
        value = unchecked((value ^ (value >> 33)) * 0xFF51AFD7ED558CCDUL);
        value = unchecked((value ^ (value >> 33)) * 0xC4CEB9FE1A85EC53UL);
        return value ^ (value >> 33);
    }
}
