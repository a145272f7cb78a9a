using Microsoft.Extensions.Configuration;

namespace BillingCopilot.Bot.Settings;

/// <summary>Reads the settings and refuses what it does not know: a mistyped permission must not fail open.</summary>
public static class SettingsLoader
{
    private static readonly string[] Foreign = ["Logging", "AllowedHosts"];

    private static readonly string[] Own = [.. typeof(CopilotSettings).GetProperties().Select(p => p.Name)];

    /// <summary>Settings from <c>appsettings.json</c> in the working folder, the environment and the command line, in that order.</summary>
    /// <exception cref="SettingsException">A key is unknown or a value does not fit.</exception>
    public static CopilotSettings Load(IReadOnlyDictionary<string, string?> commandLine)
    {
        var file = new ConfigurationBuilder().AddJsonFile(Path.GetFullPath("appsettings.json"), optional: true).Build();
        var environment = new ConfigurationBuilder().AddEnvironmentVariables().Build();
        var arguments = new ConfigurationBuilder().AddInMemoryCollection(commandLine).Build();
        RefuseUnknownSections(file, "appsettings.json");
        RefuseUnknownSections(arguments, "command line");
        var known = environment.GetChildren()
            .Where(s => Own.Contains(s.Key, StringComparer.OrdinalIgnoreCase) && s.GetChildren().Any())
            .SelectMany(s => s.AsEnumerable());
        var all = new ConfigurationBuilder()
            .AddConfiguration(file)
            .AddInMemoryCollection(known)
            .AddConfiguration(arguments)
            .Build();
        return Bind(all);
    }

    private static CopilotSettings Bind(IConfiguration all)
    {
        try
        {
            var own = new ConfigurationBuilder()
                .AddInMemoryCollection(all.AsEnumerable().Where(kv => !Foreign.Contains(kv.Key.Split(':')[0], StringComparer.OrdinalIgnoreCase)))
                .Build();
            SettingKeys.Check(own, typeof(CopilotSettings));
            var settings = own.Get<CopilotSettings>(o => o.ErrorOnUnknownConfiguration = true) ?? new CopilotSettings();
            SettingsCheck.Throw(settings);
            return settings;
        }
        catch (InvalidOperationException e)
        {
            throw new SettingsException($"{e.Message}{(e.InnerException is { } inner ? " " + inner.Message : "")} See docs/settings.md for every key.");
        }
    }

    private static void RefuseUnknownSections(IConfiguration source, string name)
    {
        var unknown = source.GetChildren()
            .Select(s => s.Key)
            .FirstOrDefault(k => !Own.Concat(Foreign).Contains(k, StringComparer.OrdinalIgnoreCase));
        if (unknown is not null)
        {
            throw new SettingsException($"{name}: unknown setting '{unknown}'. Known sections: {string.Join(", ", Own)}.");
        }
    }
}

/// <summary>A setting is wrong; the message names it, its fault and the remedy. Exit code 2.</summary>
public sealed class SettingsException(string message) : Exception(message);
