using BillingCopilot.Governance.Configuration;
using Microsoft.Extensions.Logging;

namespace BillingCopilot.Governance.People;

/// <summary>
/// The people of a file as it stands: read again when it changed, so that whoever lost a role has lost it before the
/// next decision or execution. A file that became unfit changes nothing, and is told of in the log.
/// </summary>
internal sealed partial class WatchedPeople
{
    private readonly string _path;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private (DateTime Changed, long Length) _stamp;
    private IReadOnlyList<Person> _people;

    /// <exception cref="GovernanceConfigurationException">The file is unfit.</exception>
    public WatchedPeople(string path, ILogger<WatchedPeople> logger)
    {
        (_path, _logger) = (path, logger);
        _stamp = Stamp(path);
        _people = PeopleFile.Read(ConfigFile.Read(path));
    }

    public IReadOnlyList<Person> Now()
    {
        var stamp = Stamp(_path);
        lock (_lock)
        {
            if (stamp != _stamp)
            {
                _stamp = stamp;
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

    private static (DateTime Changed, long Length) Stamp(string path) => new FileInfo(path) is { Exists: true } file ? (file.LastWriteTimeUtc, file.Length) : default;

    [LoggerMessage(3020, LogLevel.Error, "The people file changed and can't be used; those who were known before still are. {Fault}")]
    private static partial void LogUnfit(ILogger logger, string fault);
}
