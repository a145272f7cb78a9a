using System.Security.Cryptography;
using BillingCopilot.Governance.Configuration;
using Microsoft.Extensions.Logging;

namespace BillingCopilot.Governance.People;

/// <summary>
/// The people of a file as it stands: read again when it changed, so that whoever lost a role has lost it before the
/// next decision or execution. Its content says whether it changed: a link's own time and length don't. A file that became unfit changes nothing, and is told of in the log.
/// </summary>
internal sealed partial class WatchedPeople
{
    private readonly string _path;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private string? _hash;
    private IReadOnlyList<Person> _people;

    /// <exception cref="GovernanceConfigurationException">The file is unfit.</exception>
    public WatchedPeople(string path, ILogger<WatchedPeople> logger)
    {
        (_path, _logger) = (path, logger);
        _hash = HashOf(path);
        _people = PeopleFile.Read(ConfigFile.Read(path));
    }

    public IReadOnlyList<Person> Now()
    {
        lock (_lock)
        {
            var hash = HashOf(_path);
            if (hash != _hash)
            {
                _hash = hash;
                _people = TryRead() ?? _people;
            }

            return _people;
        }
    }

    private IReadOnlyList<Person>? TryRead()
    {
        try
        {
            return PeopleFile.Read(ConfigFile.Read(_path));
        }
        catch (Exception e) when (e is GovernanceConfigurationException or IOException or UnauthorizedAccessException)
        {
            LogUnfit(_logger, e.Message);
            return null;
        }
    }

    /// <summary>Null when the file can't be read.</summary>
    private static string? HashOf(string path)
    {
        try
        {
            return Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [LoggerMessage(3020, LogLevel.Error, "The people file changed and can't be used; those who were known before still are. {Fault}")]
    private static partial void LogUnfit(ILogger logger, string fault);
}
