using System.Globalization;

namespace BillingCopilot.Bot.Settings;

/// <summary>Compares given settings with those there are: unknown names and values of the wrong form.</summary>
internal static class SettingKeys
{
    /// <exception cref="SettingsException">Names the first that does not fit, and what would.</exception>
    public static void Check(IConfiguration given, Type known)
    {
        foreach (var child in given.GetChildren())
        {
            var property = known.GetProperties().FirstOrDefault(p => p.Name.Equals(child.Key, StringComparison.OrdinalIgnoreCase))
                ?? throw new SettingsException($"{child.Path} is not a setting. Here are: {string.Join(", ", known.GetProperties().Select(p => p.Name))} (docs/settings.md).");
            Value(child, property.PropertyType);
        }
    }

    private static void Value(IConfigurationSection given, Type form)
    {
        if (form == typeof(string) || form == typeof(int))
        {
            Single(given, form);
        }
        else if (form.IsGenericType)
        {
            // A list's or a dictionary's last argument is the type of its entries; their names are free.
            foreach (var entry in given.GetChildren())
            {
                Value(entry, form.GetGenericArguments()[^1]);
            }
        }
        else
        {
            Check(given, form);
        }
    }

    private static void Single(IConfigurationSection given, Type form)
    {
        if (given.GetChildren().FirstOrDefault() is { } below)
        {
            throw new SettingsException($"{below.Path} is not a setting: {given.Path} takes a single value (docs/settings.md).");
        }

        if (form == typeof(int) && !int.TryParse(given.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
        {
            throw new SettingsException($"{given.Path} is '{given.Value}'; it must be a whole number.");
        }
    }
}
