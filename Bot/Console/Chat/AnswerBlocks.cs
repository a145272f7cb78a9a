namespace BillingCopilot.Bot.WebConsole.Chat;

/// <summary>What a stretch of an answer is.</summary>
public enum BlockKind
{
    Paragraph,

    /// <summary>Lines that begin with a dash.</summary>
    List,

    /// <summary>The closing line that says who speaks.</summary>
    Signature,
}

/// <summary>Lines of an answer that belong together, without their dashes.</summary>
public sealed record AnswerBlock(BlockKind Kind, IReadOnlyList<string> Lines);

/// <summary>Finds the lists in an answer's plain text. Nothing else of Markdown is read: the words are not trusted.</summary>
public static class AnswerBlocks
{
    public static IReadOnlyList<AnswerBlock> Split(string text)
    {
        var blocks = new List<AnswerBlock>();
        foreach (var line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            var (kind, words) = Of(line.TrimEnd());
            if (words.Length == 0)
            {
                blocks.Add(new AnswerBlock(BlockKind.Paragraph, []));
            }
            else if (blocks.Count > 0 && blocks[^1] is { Lines.Count: > 0 } last && last.Kind == kind)
            {
                blocks[^1] = last with { Lines = [.. last.Lines, words] };
            }
            else
            {
                blocks.Add(new AnswerBlock(kind, [words]));
            }
        }

        return [.. blocks.Where(b => b.Lines.Count > 0)];
    }

    private static (BlockKind, string) Of(string line) => line switch
    {
        ['-' or '•', ' ', .. var item] => (BlockKind.List, item),
        ['—', ' ', .. var who] => (BlockKind.Signature, who),
        _ => (BlockKind.Paragraph, line),
    };
}
