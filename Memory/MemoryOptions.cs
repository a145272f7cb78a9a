namespace BillingCopilot.Memory;

/// <summary>Section <c>Memory</c> of the configuration.</summary>
public sealed class MemoryOptions
{
    /// <summary>File of the search index; its folder is made when missing. Default <c>./data/memory.db</c>.</summary>
    public string Path { get; set; } = "./data/memory.db";

    /// <summary>Longest quote in characters, 200 to 8,000. Default 1,200. Longer sections are cut at a sentence.</summary>
    public int MaxQuoteChars { get; set; } = 1200;

    /// <summary>Most passages a search returns, whatever is asked for, 1 to 100. Default 20.</summary>
    public int MaxResults { get; set; } = 20;

    /// <summary>Largest file that is taken in, in bytes, from 1,024. Default 1 MiB.</summary>
    public int MaxFileBytes { get; set; } = 1024 * 1024;

    /// <summary>Throws, naming the setting and what it accepts, when a value is out of range.</summary>
    public void Validate()
    {
        if (string.IsNullOrWhiteSpace(Path))
        {
            throw new ArgumentException("Memory:Path is empty. Give the file of the search index, such as ./data/memory.db.");
        }

        InRange("MaxQuoteChars", MaxQuoteChars, 200, 8000);
        InRange("MaxResults", MaxResults, 1, 100);
        InRange("MaxFileBytes", MaxFileBytes, 1024, int.MaxValue);
    }

    private static void InRange(string name, int value, int least, int most)
    {
        if (value < least || value > most)
        {
            throw new ArgumentException($"Memory:{name} is {value}. Give a number from {least} to {most}.");
        }
    }
}
