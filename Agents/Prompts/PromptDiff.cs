namespace BillingCopilot.Agents.Prompts;

/// <summary>What differs between two versions of a specialist, line by line.</summary>
public static class PromptDiff
{
    /// <summary>Lines that only one of them has, in order: <c>- gone</c>, <c>+ new</c>. Empty when both say the same.</summary>
    public static IReadOnlyList<string> Between(AgentPrompt before, AgentPrompt after)
    {
        var (a, b) = (Lines(before), Lines(after));
        var common = Common(a, b);
        var lines = new List<string>();
        int i = 0, j = 0;
        while (i < a.Length || j < b.Length)
        {
            if (i < a.Length && j < b.Length && a[i] == b[j])
            {
                (i, j) = (i + 1, j + 1);
            }
            else if (j >= b.Length || (i < a.Length && common[i + 1, j] >= common[i, j + 1]))
            {
                lines.Add("- " + a[i++]);
            }
            else
            {
                lines.Add("+ " + b[j++]);
            }
        }

        return lines;
    }

    private static string[] Lines(AgentPrompt prompt) =>
    [
        $"description: {prompt.Description}",
        .. prompt.Examples.Select(e => $"example: {e}"),
        .. prompt.Tools.Select(t => $"tool: {t}"),
        $"temperature: {prompt.Temperature}, max_output_tokens: {prompt.MaxOutputTokens}",
        .. prompt.Body.Split('\n'),
    ];

    /// <summary>Length of the longest common rest from each pair of positions on.</summary>
    private static int[,] Common(string[] a, string[] b)
    {
        var table = new int[a.Length + 1, b.Length + 1];
        for (var i = a.Length - 1; i >= 0; i--)
        {
            for (var j = b.Length - 1; j >= 0; j--)
            {
                table[i, j] = a[i] == b[j] ? table[i + 1, j + 1] + 1 : Math.Max(table[i + 1, j], table[i, j + 1]);
            }
        }

        return table;
    }
}
