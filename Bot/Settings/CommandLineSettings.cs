namespace BillingCopilot.Bot.Settings;

/// <summary>Splits <c>--Section:Key value</c> settings from a command line; the rest is the verb's.</summary>
public static class CommandLineSettings
{
    public static (string[] Verb, Dictionary<string, string?> Settings) Split(IReadOnlyList<string> args)
    {
        var rest = new List<string>();
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < args.Count; i++)
        {
            if (!IsSetting(args[i]))
            {
                rest.Add(args[i]);
                continue;
            }

            var (name, value) = args[i][2..].Split('=', 2) is [var n, var v] ? (n, v) : (args[i][2..], null);
            settings[name] = value ?? (++i < args.Count
                ? args[i]
                : throw new SettingsException($"--{name} has no value. Write --{name} VALUE."));
        }

        return ([.. rest], settings);
    }

    private static bool IsSetting(string arg) =>
        arg.StartsWith("--", StringComparison.Ordinal)
        && (arg.Split('=')[0].Contains(':', StringComparison.Ordinal)
            || arg.Split('=')[0] is "--Urls" or "--TimeZone" or "--Currency" or "--urls");
}
