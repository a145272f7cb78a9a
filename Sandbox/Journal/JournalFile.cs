using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Journal;

/// <summary>
/// Changes as JSON lines after a header line. A line is in the operating system's hands before the answer
/// leaves, so a killed process loses nothing it has told anyone. One process at a time.
/// </summary>
internal sealed class JournalFile : IDisposable
{
    private readonly FileStream _file;

    private JournalFile(FileStream file) => _file = file;

    /// <summary>Opens or creates the journal and hands every complete line to <paramref name="apply"/>.</summary>
    /// <exception cref="SandboxStartException">Another process holds it, or it belongs to another world.</exception>
    public static JournalFile Open(string directory, JsonObject header, Action<JsonObject> apply)
    {
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, "journal.jsonl");
        var journal = new JournalFile(OpenExclusively(path));
        try
        {
            journal.Load(path, header, apply);
            return journal;
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    public void Append(JsonObject entry)
    {
        _file.Write(Encoding.UTF8.GetBytes(entry.ToJsonString() + "\n"));
        _file.Flush();
    }

    public void Dispose() => _file.Dispose();

    private static FileStream OpenExclusively(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error)
        {
            throw new SandboxStartException($"The journal {path} is in use by another sandbox ({error.Message}).", error);
        }
    }

    private void Load(string path, JsonObject header, Action<JsonObject> apply)
    {
        var bytes = new byte[_file.Length];
        _file.ReadExactly(bytes);
        // A torn last line was never answered for: drop it.
        var end = Array.LastIndexOf(bytes, (byte)'\n') + 1;
        _file.SetLength(end);
        _file.Position = end;
        if (end == 0)
        {
            Append(header);
            return;
        }

        var lines = Encoding.UTF8.GetString(bytes, 0, end).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Check(path, Parse(path, 1, lines[0]), header);
        for (var i = 1; i < lines.Length; i++)
        {
            apply(Parse(path, i + 1, lines[i]));
        }
    }

    private static JsonObject Parse(string path, int number, string line)
    {
        try
        {
            return JsonNode.Parse(line)!.AsObject();
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new SandboxStartException($"{path} line {number} is damaged. Remove the directory to start the world afresh.", error);
        }
    }

    private static void Check(string path, JsonObject found, JsonObject wanted)
    {
        foreach (var (name, value) in wanted)
        {
            if (found[name]?.ToJsonString() != value?.ToJsonString())
            {
                throw new SandboxStartException(
                    $"The journal {path} was written for {name} {found[name]?.ToJsonString() ?? "(none)"}, but this start asks for {value?.ToJsonString()}. "
                    + "Use the same world, seed and size, or another data directory.");
            }
        }
    }
}
