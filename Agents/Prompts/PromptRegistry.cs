using System.Collections.Concurrent;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Agents.Prompts;

/// <summary>The specialists there are, from <c>prompts/agents</c>, and which version of each is active for a tenant.</summary>
public sealed class PromptRegistry
{
    private readonly IReadOnlyList<AgentPrompt> _prompts;
    private readonly ConcurrentDictionary<string, IReadOnlyDictionary<string, AgentPrompt>> _active = new(StringComparer.Ordinal);

    private PromptRegistry(IReadOnlyList<AgentPrompt> prompts) => _prompts = prompts;

    /// <summary>Every version of every specialist, by name and version.</summary>
    public IReadOnlyList<AgentPrompt> All => _prompts;

    /// <summary>Names of the specialists.</summary>
    public IReadOnlyCollection<string> Names => [.. _prompts.Select(p => p.Name).Distinct()];

    /// <param name="root">Folder <c>prompts</c>.</param>
    /// <param name="allowedTools">Read tools and operations there are.</param>
    /// <exception cref="AgentConfigurationException">A file can't be used; the message names file, line and what is allowed.</exception>
    public static PromptRegistry Load(string root, IReadOnlyCollection<string> allowedTools)
    {
        var folder = Path.Combine(root, "agents");
        if (!Directory.Exists(folder))
        {
            throw new AgentConfigurationException($"There is no folder '{folder}'; set Agents:PromptsPath to the folder that holds agents/, playbooks/ and rules/.");
        }

        var prompts = Directory.GetFiles(folder, "*.md").Order(StringComparer.Ordinal)
            .Select(path => AgentPrompt.From(PromptFile.Read(root, path), allowedTools))
            .OrderBy(p => p.Name, StringComparer.Ordinal).ThenBy(p => p.Version)
            .ToArray();
        return prompts.Length > 0 ? new PromptRegistry(prompts) : throw new AgentConfigurationException($"'{folder}' holds no specialist.");
    }

    /// <summary>The active version of each specialist. <see cref="RecordAsync"/> must have run for the tenant.</summary>
    public IReadOnlyDictionary<string, AgentPrompt> ActiveFor(TenantContext tenant) => _active.TryGetValue(tenant.Id, out var active)
        ? active
        : throw new InvalidOperationException($"The prompts of tenant {tenant.Id} were not recorded at start-up.");

    /// <summary>
    /// Records new versions and stops when a known one changed, until an admin has activated its new contents. The
    /// first version ever seen of a specialist is active at once; a later one waits for an admin. With
    /// <paramref name="activateNew"/> (sandbox mode) both take effect at once.
    /// </summary>
    /// <param name="stopOnChange">False only for the commands by which an admin looks at a change and activates it.</param>
    /// <returns>The versions whose contents changed since they were recorded.</returns>
    /// <exception cref="AgentConfigurationException">A recorded version changed; the message says what to do.</exception>
    public async Task<IReadOnlyList<AgentPrompt>> RecordAsync(CopilotDb db, bool activateNew, bool stopOnChange, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var rows = await db.PromptVersions.Where(r => r.Name.StartsWith("agents/")).ToListAsync(cancellationToken);
        var changed = new List<AgentPrompt>();
        foreach (var prompt in _prompts)
        {
            var known = rows.Find(r => r.Name == prompt.RecordName && r.Version == prompt.Version);
            if (known is null)
            {
                Add(db, rows, prompt, activateNew, now);
            }
            else if (known.Hash != prompt.Hash)
            {
                changed.Add(prompt);
                Changed(known, prompt, activateNew, stopOnChange, now);
            }
        }

        await db.SaveChangesAsync(cancellationToken);
        Publish(db.Tenant, rows);
        return changed;
    }

    /// <summary>Hash under which each version was recorded or last activated, by label.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> RecordedAsync(CopilotDb db, CancellationToken cancellationToken)
    {
        var rows = await db.PromptVersions.AsNoTracking().Where(r => r.Name.StartsWith("agents/")).ToListAsync(cancellationToken);
        return rows.ToDictionary(r => $"{r.Name["agents/".Length..]}.v{r.Version}", r => r.Hash, StringComparer.Ordinal);
    }

    /// <summary>Makes a version, with the contents that its file has now, the active one of its specialist.</summary>
    public async Task ActivateAsync(CopilotDb db, string name, int version, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var prompt = _prompts.FirstOrDefault(p => p.Name == name && p.Version == version)
            ?? throw new AgentConfigurationException($"There is no {name}.v{version}; there are: {string.Join(", ", _prompts.Select(p => p.Label))}.");
        var rows = await db.PromptVersions.Where(r => r.Name.StartsWith("agents/")).ToListAsync(cancellationToken);
        if (rows.Find(r => r.Name == prompt.RecordName && r.Version == version) is { } row && row.Hash != prompt.Hash)
        {
            (row.Hash, row.FirstSeenAt) = (prompt.Hash, now);
        }

        Activate(rows, prompt.RecordName, version);
        await db.SaveChangesAsync(cancellationToken);
        Publish(db.Tenant, rows);
    }

    private static void Changed(PromptVersionRow known, AgentPrompt prompt, bool accept, bool stop, DateTimeOffset now)
    {
        if (accept)
        {
            (known.Hash, known.FirstSeenAt) = (prompt.Hash, now);
        }
        else if (stop)
        {
            throw new AgentConfigurationException(
                $"{prompt.Path}: version {prompt.Version} was recorded on {known.FirstSeenAt:yyyy-MM-dd} with other contents (it or a fragment changed). Put the change into {prompt.Name}.v{prompt.Version + 1}.md and restore the old file, or have an admin take the new contents as they are: prompts activate {prompt.Label} --as ADMIN.");
        }
    }

    private static void Add(CopilotDb db, List<PromptVersionRow> rows, AgentPrompt prompt, bool activateNew, DateTimeOffset now)
    {
        var first = !rows.Exists(r => r.Name == prompt.RecordName);
        var row = new PromptVersionRow { TenantId = db.Tenant.Id, Name = prompt.RecordName, Version = prompt.Version, Hash = prompt.Hash, FirstSeenAt = now };
        db.PromptVersions.Add(row);
        rows.Add(row);
        if (first || activateNew)
        {
            Activate(rows, prompt.RecordName, prompt.Version);
        }
    }

    private static void Activate(List<PromptVersionRow> rows, string name, int version)
    {
        foreach (var row in rows.Where(r => r.Name == name))
        {
            row.Active = row.Version == version;
        }
    }

    private void Publish(TenantContext tenant, List<PromptVersionRow> rows)
    {
        var active = rows.Where(r => r.Active && Names.Contains(r.Name["agents/".Length..])).Select(r =>
            _prompts.FirstOrDefault(p => p.RecordName == r.Name && p.Version == r.Version)
            ?? throw new AgentConfigurationException($"{r.Name} version {r.Version} is active, but its file is gone from prompts/agents. Bring {r.Name}.v{r.Version}.md back, and activate another version before you remove it: prompts activate NAME.vN --as ADMIN."));
        _active[tenant.Id] = active.ToDictionary(p => p.Name, StringComparer.Ordinal);
    }
}
