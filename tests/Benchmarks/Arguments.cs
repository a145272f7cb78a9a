using System.Globalization;

namespace BillingCopilot.Benchmarks;

/// <summary>Options of a verb: <c>--name value</c>.</summary>
internal static class Arguments
{
    public static string Text(string[] arguments, string name, string otherwise) =>
        Array.IndexOf(arguments, name) is var at and >= 0 && at + 1 < arguments.Length ? arguments[at + 1] : otherwise;

    public static int Number(string[] arguments, string name, int otherwise) =>
        int.Parse(Text(arguments, name, otherwise.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture);
}
